/** The KMS of one account in one region: where it is, what time it is there, and what it keeps. */
import type { Clock } from '../clock.ts';
import { accountOf } from '../iam/arn.ts';
import type { KeyStore } from './store.ts';

export interface KmsAccount {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly store: KeyStore;
  /** how long an on-demand rotation takes, by the clock; absent: it is done when it is asked for */
  readonly onDemandRotationMs?: number | undefined;
}

/** By account id. */
export type KmsAccounts = ReadonlyMap<string, KmsAccount>;

/** @returns the account that an ARN names, if it is here; the given one for any other name */
export const accountNamed = (
  accounts: KmsAccounts,
  own: KmsAccount,
  name: string | undefined,
): KmsAccount => accounts.get(accountOf(name ?? '') ?? own.accountId) ?? own;

export const dayMs = 86_400_000;

export const keyArn = (account: KmsAccount, keyId: string): string => arn(account, `key/${keyId}`);

/** @param name with its prefix, `alias/...` */
export const aliasArn = (account: KmsAccount, name: string): string => arn(account, name);

const arn = ({ partition, region, accountId }: KmsAccount, resource: string): string =>
  `arn:${partition}:kms:${region}:${accountId}:${resource}`;

/** @returns the account's time in milliseconds since the epoch, as the store keeps times */
export const now = (account: KmsAccount): number => account.clock.now().getTime();

/** AWS JSON 1.1 carries a date as seconds since the epoch. */
export const epochSeconds = (epochMs: number): number => epochMs / 1000;
