/**
 * Finds a key that was made for a tenant and whose ARN was never written down, among the keys of the account that no
 * row names. Invariant: a key is adopted only as CreateKey left it: made since the row asked for it, like every
 * tenant's key, with the policy that it was asked to have, and never used. Whatever differs was made or changed by
 * somebody else, who may have kept a replica, a grant or data keys of it, and is not made good by a new policy.
 * A grant from before would remain, but the policy's Denies hold against its grantee: access must be allowed and never
 * denied, in key policy, IAM policy or grant (Developer Guide, "Key policies in AWS KMS").
 */
import { isDeepStrictEqual } from 'node:util';
import type { KeyMetadata, KMSClient } from '@aws-sdk/client-kms';
import { aliasTaken, keyNotReady } from '../../../contract/problem.ts';
import { describeKey, ifKeyIsVisible, pagesOfKeyArns, policyOf } from '../../aws/kms-keys.ts';
import { ownNames } from '../../stack/own-names.ts';
import { type CreatedKey, createdKey } from './create-key.ts';
import { lastUseOf } from './key-state.ts';
import { isTenants, tagsOf } from './key-tags.ts';
import { unlikeTenantKey } from './tenant-key.ts';

/** KMS answers 2,000 ListResourceTags a second and account. */
const keysAtOnce = 20;
/** By how much the clock of the function that asked for a key may be ahead of KMS's. */
const clockSkewMs = 300_000;

export interface LostKey {
  readonly tenantId: string;
  /** RFC 3339: when the row said that KMS is being asked for the key */
  readonly requestedAt: string;
  /** the policy that it was asked to have */
  readonly policy: object;
  /** what the ARN of every key of this account and region begins with */
  readonly keyArnPrefix: string;
}

/**
 * A tenant's alias is made after the key's ARN is in the row. So one that is there before is on a key that was not made
 * by this onboarding: somebody's, or the tenant's own, whose row was lost.
 * @throws Problem 409 where there is such an alias; not where it may not be seen: CreateAlias will say so
 */
export async function requireFreeAlias(kms: KMSClient, tenantId: string): Promise<void> {
  const named = await ifKeyIsVisible(describeKey(kms, ownNames.aliasOf(tenantId)));
  if (named !== undefined) throw aliasTaken();
}

/**
 * @param known ARNs that rows name
 * @param until epoch milliseconds by which it must have looked at all other keys
 * @throws Problem 503 where it has not: only a whole search shows that there is no such key
 */
export async function findLostKey(
  kms: KMSClient,
  lost: LostKey,
  known: ReadonlySet<string>,
  until: number,
): Promise<CreatedKey | undefined> {
  for await (const arn of keysTaggedFor(kms, lost.tenantId, known, until)) {
    const metadata = await asCreated(kms, lost, arn);
    if (metadata !== undefined) return createdKey(metadata);
  }
  return undefined;
}

/**
 * Looks at every key of the account and region but the known ones: KMS cannot be asked for a tag.
 * @throws Problem 503 where the time is over
 */
export async function* keysTaggedFor(
  kms: KMSClient,
  tenantId: string,
  known: ReadonlySet<string>,
  until: number,
): AsyncGenerator<string> {
  for await (const arns of pagesOfKeyArns(kms)) {
    const unknown = arns.filter((arn) => !known.has(arn));
    for (let at = 0; at < unknown.length; at += keysAtOnce) {
      if (Date.now() > until) throw keyNotReady(30);
      const some = unknown.slice(at, at + keysAtOnce);
      const tagged = await Promise.all(some.map((arn) => isTaggedFor(kms, tenantId, arn)));
      yield* some.filter((_, index) => tagged[index]);
    }
  }
}

/** A key that may not be seen is not the tenant's. */
async function isTaggedFor(kms: KMSClient, tenantId: string, keyArn: string): Promise<boolean> {
  const tags = await ifKeyIsVisible(tagsOf(kms, keyArn));
  return tags !== undefined && isTenants(tags, tenantId);
}

/** @returns what KMS says of the key, if it is as CreateKey left it */
async function asCreated(
  kms: KMSClient,
  { tenantId, requestedAt, policy, keyArnPrefix }: LostKey,
  keyArn: string,
): Promise<KeyMetadata | undefined> {
  const metadata = await ifKeyIsVisible(describeKey(kms, keyArn));
  // A key that is pending deletion is not the tenant's any more.
  if (metadata?.KeyState !== 'Enabled') return undefined;
  if (unlikeTenantKey(metadata, tenantId, keyArnPrefix).length > 0) return undefined;
  const createdAt = metadata.CreationDate?.getTime() ?? 0;
  if (createdAt < Date.parse(requestedAt) - clockSkewMs) return undefined;
  const found = await ifKeyIsVisible(policyOf(kms, keyArn));
  if (!isDeepStrictEqual(found, policy)) return undefined;
  return (await lastUseOf(kms, keyArn)) === undefined ? metadata : undefined;
}
