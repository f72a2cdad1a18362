/** What KMS says of the key that a row names. Nothing is changed. */
import { GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { UnseenKey } from '../../contract/findings.ts';
import { describeKey, lookUpKey, policyOf } from '../aws/kms-keys.ts';
import { ownNames } from '../stack/own-names.ts';
import { isProducts, type KeyTags, tagsOf } from '../tenants/keys/key-tags.ts';
import { unlikeTenantKey } from '../tenants/keys/tenant-key.ts';
import type { ReconcilerContext } from './context.ts';

/** `ours` is another key with the product's tag, `foreign` any other key, also one that may not be seen. */
export type AliasTarget = 'right' | 'none' | 'ours' | 'foreign';

export interface ObservedKey {
  /** as KMS names it: Enabled, Disabled, PendingDeletion, ... */
  readonly state: string;
  readonly tags: KeyTags;
  /** by what the key differs from one that the product makes for the tenant */
  readonly differences: readonly string[];
  /** 0 where rotation is off; undefined where it may not be read */
  readonly rotationPeriodInDays: number | undefined;
  /** RFC 3339; undefined where rotation is off, or it may not be read */
  readonly nextRotationDate: string | undefined;
  /** undefined where it may not be read */
  readonly policy: unknown;
  readonly alias: AliasTarget;
  /** undefined for a key of a kind that does not rotate */
  readonly currentKeyMaterialId: string | undefined;
}

export type KeyObservation = ObservedKey | UnseenKey;

export async function observeKey(
  context: ReconcilerContext,
  tenantId: string,
  keyArn: string,
): Promise<KeyObservation> {
  // For a key of another region this region's KMS answers NotFound, which must not be taken for its deletion.
  if (!keyArn.startsWith(context.keyArnPrefix)) return 'elsewhere';
  const key = await lookUpKey(readKey(context, tenantId, keyArn));
  if (key.is === 'found') return key.value;
  return key.is === 'missing' ? 'missing' : 'unreadable';
}

async function readKey(
  context: ReconcilerContext,
  tenantId: string,
  keyArn: string,
): Promise<ObservedKey> {
  const { kms, keyArnPrefix } = context;
  // Where it is denied nothing shows whose key this is.
  const metadata = await describeKey(kms, keyArn);
  const differences = unlikeTenantKey(metadata, tenantId, keyArnPrefix);
  const [tags, rotation, policy, alias] = await Promise.all([
    tagsOf(kms, keyArn),
    unlessDenied(rotationOf(kms, keyArn)),
    unlessDenied(policyOf(kms, keyArn)),
    aliasTarget(context, tenantId, keyArn),
  ]);
  const state = metadata.KeyState ?? 'Unavailable';
  return {
    state,
    tags,
    differences,
    ...noRotation,
    ...rotation,
    policy,
    alias,
    currentKeyMaterialId: metadata.CurrentKeyMaterialId,
  };
}

type ObservedRotation = Pick<ObservedKey, 'rotationPeriodInDays' | 'nextRotationDate'>;

const noRotation: ObservedRotation = {
  rotationPeriodInDays: undefined,
  nextRotationDate: undefined,
};

async function rotationOf(kms: KMSClient, keyArn: string): Promise<ObservedRotation> {
  const status = await kms.send(new GetKeyRotationStatusCommand({ KeyId: keyArn }));
  if (status.KeyRotationEnabled !== true) return { ...noRotation, rotationPeriodInDays: 0 };
  return {
    rotationPeriodInDays: status.RotationPeriodInDays ?? 365,
    nextRotationDate: status.NextRotationDate?.toISOString(),
  };
}

/** By the list of aliases, which is as old as the invocation. */
export const hasAlias = (
  { aliases, keyArnPrefix }: ReconcilerContext,
  tenantId: string,
  keyArn: string,
): boolean => `${keyArnPrefix}${aliases.get(ownNames.aliasOf(tenantId))}` === keyArn;

/** KMS is asked again only where the alias is not right in the list. */
async function aliasTarget(
  context: ReconcilerContext,
  tenantId: string,
  keyArn: string,
): Promise<AliasTarget> {
  if (hasAlias(context, tenantId, keyArn)) return 'right';
  const target = await lookUpKey(namedKey(context.kms, ownNames.aliasOf(tenantId), keyArn));
  if (target.is === 'found') return target.value;
  return target.is === 'missing' ? 'none' : 'foreign';
}

async function namedKey(kms: KMSClient, alias: string, keyArn: string): Promise<AliasTarget> {
  const { Arn = '' } = await describeKey(kms, alias);
  if (Arn === keyArn) return 'right';
  return isProducts(await tagsOf(kms, Arn)) ? 'ours' : 'foreign';
}

async function unlessDenied<T>(read: Promise<T>): Promise<T | undefined> {
  const key = await lookUpKey(read);
  if (key.is === 'missing') throw key.error;
  return key.is === 'found' ? key.value : undefined;
}
