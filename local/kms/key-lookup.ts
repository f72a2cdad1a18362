/** What a name in a request means: a key id, a key ARN, an alias name or an alias ARN. */

import type { Call } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import { aliasArn, type KmsAccount, keyArn } from './account.ts';
import { notFound } from './errors.ts';
import { liveAlias, liveKey } from './live-keys.ts';
import type { StoredKey } from './stored-key.ts';

export interface FoundKey {
  readonly key: StoredKey;
  /** the alias by which the request named the key, if it did */
  readonly alias?: string;
}

/** NotFoundException for a well-formed key id without a key. */
export class MissingKeyError extends AwsError {
  readonly keyId: string;
  constructor(account: KmsAccount, keyId: string) {
    super('NotFoundException', `Key '${keyArn(account, keyId)}' does not exist`);
    this.keyId = keyId;
  }
}

const wellFormedKeyId = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * @throws AwsError NotFoundException, as MissingKeyError where the name is a well-formed key id; AccessDeniedException
 *   for an ARN of another account
 */
export function lookUp(
  account: KmsAccount,
  call: Call,
  action: string,
  name: string,
  names: 'ids' | 'ids and aliases',
): FoundKey {
  const local = name.startsWith('arn:') ? localName(account, call, action, name) : name;
  if (local.startsWith('alias/') && names === 'ids and aliases') return byAlias(account, local);
  if (!wellFormedKeyId.test(local)) throw notFound(`Invalid keyId '${local}'`);
  const key = liveKey(account, local);
  if (key === undefined) throw new MissingKeyError(account, local);
  return { key };
}

function byAlias(account: KmsAccount, name: string): FoundKey {
  const alias = liveAlias(account, name);
  const key = alias === undefined ? undefined : liveKey(account, alias.keyId);
  if (key === undefined) throw notFound(`Alias ${aliasArn(account, name)} is not found.`);
  return { key, alias: name };
}

/** @returns the key id or the alias name in an ARN of this account and region */
function localName(account: KmsAccount, call: Call, action: string, arn: string): string {
  const [, partition, service, region, accountId, ...rest] = arn.split(':');
  const resource = rest.join(':');
  if (partition !== account.partition || service !== 'kms') throw notFound(`Invalid arn ${arn}`);
  if (region !== account.region) throw notFound(`Invalid arn ${region ?? arn}`);
  if (accountId !== account.accountId) throw otherAccount(call, action, arn);
  if (resource.startsWith('alias/')) return resource;
  if (!resource.startsWith('key/')) throw notFound(`Invalid arn ${arn}`);
  return resource.slice('key/'.length);
}

const otherAccount = (call: Call, action: string, arn: string): AwsError =>
  new AwsError(
    'AccessDeniedException',
    `User: ${call.caller.arn} is not authorized to perform: ${action} on resource: ${arn} because the ` +
      'resource does not exist in this Region, no resource-based policies allow access, or a ' +
      'resource-based policy explicitly denies access',
  );
