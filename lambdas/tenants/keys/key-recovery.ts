/**
 * Finds a key that was made for a tenant and whose ARN was never written down: by its alias, or among the
 * keys of the account that no row names. Invariant: a key is adopted only if its tags say that it is this
 * tenant's, it is enabled, and it has the policy that a new key would have. Only the reconciler gives it that policy:
 * the control plane changes no key's policy.
 */
import { isDeepStrictEqual } from 'node:util';
import { type KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { aliasTaken, keyNotReady } from '../../../contract/problem.ts';
import { aliasOf } from '../../../contract/tenant-id.ts';
import { describeKey, ifKeyIsVisible, pagesOfKeyArns, policyOf } from '../../aws/kms-keys.ts';
import { type CreatedKey, createdKey } from './create-key.ts';
import { isTenants, tagsOf } from './key-tags.ts';

/** KMS answers 2,000 ListResourceTags a second and account. */
const keysAtOnce = 20;

/**
 * @returns the key that the tenant's alias names, undefined where there is no alias that may be seen: if there
 *   is one all the same, CreateAlias will say so
 * @throws Problem 409 where it names a key that is not the tenant's or not usable
 */
export async function findKeyByAlias(
  kms: KMSClient,
  tenantId: string,
): Promise<CreatedKey | undefined> {
  const metadata = await ifKeyIsVisible(describeKey(kms, aliasOf(tenantId)));
  if (metadata === undefined) return undefined;
  const key = createdKey(metadata);
  if (metadata.KeyState !== 'Enabled' || !(await isOf(kms, tenantId, key.arn))) throw aliasTaken();
  return key;
}

/**
 * Looks at every key of the account and region that no row names: KMS cannot be asked for a tag.
 * @param known ARNs that rows name
 * @param until epoch milliseconds by which it must have looked at all of them
 * @throws Problem 503 where it has not: only a whole search shows that there is no such key
 */
export async function findKeyByTag(
  kms: KMSClient,
  tenantId: string,
  known: ReadonlySet<string>,
  until: number,
): Promise<CreatedKey | undefined> {
  for await (const arns of pagesOfKeyArns(kms)) {
    const unknown = arns.filter((arn) => !known.has(arn));
    for (let at = 0; at < unknown.length; at += keysAtOnce) {
      if (Date.now() > until) throw keyNotReady(30);
      const some = unknown.slice(at, at + keysAtOnce);
      const own = await Promise.all(some.map((arn) => isOf(kms, tenantId, arn)));
      for (const arn of some.filter((_, index) => own[index])) {
        const metadata = await ifKeyIsVisible(describeKey(kms, arn));
        // A key that is pending deletion is not the tenant's any more.
        if (metadata?.KeyState === 'Enabled') return createdKey(metadata);
      }
    }
  }
  return undefined;
}

/**
 * @param policy that the key must have, as JSON
 * @param mayPutPolicy whether the caller's role may give it that policy
 * @throws Problem 503 where the key has another policy and the caller may not: the reconciler finishes the onboarding
 */
export async function adoptKey(
  kms: KMSClient,
  key: CreatedKey,
  policy: string,
  mayPutPolicy: boolean,
): Promise<CreatedKey> {
  if (isDeepStrictEqual(await policyOf(kms, key.arn), JSON.parse(policy))) return key;
  if (!mayPutPolicy) throw keyNotReady(60);
  await kms.send(new PutKeyPolicyCommand({ KeyId: key.arn, Policy: policy }));
  return key;
}

/** A key that may not be seen is not the tenant's. */
async function isOf(kms: KMSClient, tenantId: string, keyArn: string): Promise<boolean> {
  const tags = await ifKeyIsVisible(tagsOf(kms, keyArn));
  return tags !== undefined && isTenants(tags, tenantId);
}
