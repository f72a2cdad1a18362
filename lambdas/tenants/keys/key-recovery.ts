/**
 * Finds a key that was made for a tenant and whose ARN was never written down: by its alias, or among the
 * keys of the account that no row names. Invariant: a key is taken over only if its tags say that it is
 * this tenant's, it is enabled, and it has been given the policy that a new key would have.
 */
import {
  DescribeKeyCommand,
  type KeyMetadata,
  type KMSClient,
  ListKeysCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { aliasTaken, keyNotReady } from '../../../contract/problem.ts';
import { aliasOf } from '../../../contract/tenant-id.ts';
import { isAccessDenied, isNamed } from '../../aws/errors.ts';
import { type Key, keyOf } from './create-key.ts';
import { isTenants, tagsOf } from './key-tags.ts';

/** Keys that are looked at side by side; KMS answers 2,000 ListResourceTags a second and account. */
const sideBySide = 20;

/**
 * @returns the key that the tenant's alias names, undefined where there is no alias that we may see
 * @throws Problem 409 where it names a key that is not the tenant's or not usable
 */
export async function keyByAlias(kms: KMSClient, tenantId: string): Promise<Key | undefined> {
  const metadata = await describe(kms, aliasOf(tenantId));
  if (metadata === undefined) return undefined;
  const key = keyOf(metadata);
  if (metadata.KeyState !== 'Enabled' || !(await isOf(kms, tenantId, key.arn))) throw aliasTaken();
  return key;
}

/**
 * Looks at every key of the account and region that no row names: KMS cannot be asked for a tag.
 * @param known ARNs that rows name
 * @param until epoch milliseconds by which it must have looked at all of them
 * @throws Problem 503 where it has not: only a whole search shows that there is no such key
 */
export async function keyByTag(
  kms: KMSClient,
  tenantId: string,
  known: ReadonlySet<string>,
  until: number,
): Promise<Key | undefined> {
  for await (const arns of pagesOfKeys(kms)) {
    const unknown = arns.filter((arn) => !known.has(arn));
    for (let at = 0; at < unknown.length; at += sideBySide) {
      if (Date.now() > until) throw keyNotReady(30);
      const some = unknown.slice(at, at + sideBySide);
      const own = await Promise.all(some.map((arn) => isOf(kms, tenantId, arn)));
      for (const arn of some.filter((_, index) => own[index])) {
        const metadata = await describe(kms, arn);
        // One that waits for its deletion is not the tenant's any more.
        if (metadata?.KeyState === 'Enabled') return keyOf(metadata);
      }
    }
  }
  return undefined;
}

/** Whatever happened to a key since it was made, from now on its policy is the tenant's. */
export async function takeOver(kms: KMSClient, key: Key, policy: string): Promise<Key> {
  await kms.send(new PutKeyPolicyCommand({ KeyId: key.arn, Policy: policy }));
  return key;
}

/** @returns the ARNs of every key of the account and region, whoever's it is */
export async function* pagesOfKeys(kms: KMSClient): AsyncGenerator<string[]> {
  let Marker: string | undefined;
  do {
    const page = await kms.send(new ListKeysCommand({ Limit: 1000, Marker }));
    yield (page.Keys ?? []).flatMap(({ KeyArn }) => KeyArn ?? []);
    Marker = page.Truncated ? page.NextMarker : undefined;
  } while (Marker !== undefined);
}

/**
 * To a role whose right is in the key's policy alone, KMS says AccessDenied as well of what does not
 * exist. A key that is not ours to see is not ours either; if it has our alias, CreateAlias will say so.
 */
async function describe(kms: KMSClient, keyId: string): Promise<KeyMetadata | undefined> {
  try {
    return (await kms.send(new DescribeKeyCommand({ KeyId: keyId }))).KeyMetadata;
  } catch (error) {
    if (isAccessDenied(error) || isNamed(error, 'NotFoundException')) return undefined;
    throw error;
  }
}

async function isOf(kms: KMSClient, tenantId: string, keyArn: string): Promise<boolean> {
  try {
    return isTenants(await tagsOf(kms, keyArn), tenantId);
  } catch (error) {
    if (isAccessDenied(error) || isNamed(error, 'NotFoundException')) return false;
    throw error;
  }
}
