/** What a name in a request means: a key id, a key ARN, an alias name or an alias ARN. */
import { AwsError } from '../aws/wire/aws-error.ts';
import { aliasArn, type KmsAccount, keyArn } from './account.ts';
import { notFound } from './errors.ts';
import { liveAlias, liveKey } from './live-keys.ts';
import type { StoredKey } from './stored-key.ts';

export interface FoundKey {
  /** whose key it is */
  readonly account: KmsAccount;
  readonly key: StoredKey;
  /** the alias by which the request named the key, if it did */
  readonly alias?: string;
}

/** NotFoundException for what a well-formed name does not name. */
export class MissingKeyError extends AwsError {
  /** of the key or alias that is not there */
  readonly arn: string;
  get isKey(): boolean {
    return this.arn.includes(':key/');
  }
  constructor(message: string, arn: string) {
    super('NotFoundException', message);
    this.arn = arn;
  }
}

const wellFormedKeyId = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * @param account whose keys are looked through: that of the ARN, or of the caller for a name that is no ARN
 * @throws AwsError NotFoundException, as MissingKeyError where the name is well-formed
 */
export function lookUp(
  account: KmsAccount,
  name: string,
  names: 'ids' | 'ids and aliases',
): FoundKey {
  const local = name.startsWith('arn:') ? localName(account, name) : name;
  if (local.startsWith('alias/') && names === 'ids and aliases') return byAlias(account, local);
  if (!wellFormedKeyId.test(local)) throw notFound(`Invalid keyId '${local}'`);
  const key = liveKey(account, local);
  if (key === undefined) {
    const arn = keyArn(account, local);
    throw new MissingKeyError(`Key '${arn}' does not exist`, arn);
  }
  return { account, key };
}

function byAlias(account: KmsAccount, name: string): FoundKey {
  const alias = liveAlias(account, name);
  const key = alias === undefined ? undefined : liveKey(account, alias.keyId);
  if (key === undefined) {
    const arn = aliasArn(account, name);
    throw new MissingKeyError(`Alias ${arn} is not found.`, arn);
  }
  return { account, key, alias: name };
}

/** @returns the key id or the alias name in an ARN of this account and region */
function localName(account: KmsAccount, arn: string): string {
  const [, partition, service, region, accountId, ...rest] = arn.split(':');
  const resource = rest.join(':');
  if (partition !== account.partition || service !== 'kms') throw notFound(`Invalid arn ${arn}`);
  if (region !== account.region) throw notFound(`Invalid arn ${region ?? arn}`);
  if (accountId !== account.accountId) throw new MissingKeyError(`Invalid arn ${arn}`, arn);
  if (resource.startsWith('alias/')) return resource;
  if (!resource.startsWith('key/')) throw notFound(`Invalid arn ${arn}`);
  return resource.slice('key/'.length);
}
