/**
 * What KMS says of a key, and what it means that it says nothing. Invariant: `missing` and `denied` are kept apart.
 * To a role whose permission is in the key's policy alone, KMS answers AccessDenied also for a key that does not
 * exist; only NotFound shows that there is none.
 */
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  type KeyMetadata,
  type KMSClient,
  paginateListKeys,
} from '@aws-sdk/client-kms';
import { isAccessDenied, isNamed } from './errors.ts';

export type KeyLookup<T> =
  | { readonly is: 'found'; readonly value: T }
  | { readonly is: 'missing'; readonly error: unknown }
  | { readonly is: 'denied'; readonly error: unknown };

/**
 * @param call to KMS, about one key
 * @throws every other error
 */
export async function lookUpKey<T>(call: Promise<T>): Promise<KeyLookup<T>> {
  try {
    return { is: 'found', value: await call };
  } catch (error) {
    if (isNamed(error, 'NotFoundException')) return { is: 'missing', error };
    if (isAccessDenied(error)) return { is: 'denied', error };
    throw error;
  }
}

/**
 * @param call to KMS, about one key
 * @returns undefined where there is no such key, or none that may be seen
 */
export async function ifKeyIsVisible<T>(call: Promise<T>): Promise<T | undefined> {
  const key = await lookUpKey(call);
  return key.is === 'found' ? key.value : undefined;
}

/** @returns what the ARN of every key of the account, in the client's region, begins with */
export async function keyArnPrefixOf(
  kms: KMSClient,
  account: { readonly partition: string; readonly accountId: string },
): Promise<string> {
  return `arn:${account.partition}:kms:${await kms.config.region()}:${account.accountId}:key/`;
}

/** @param keyId an ARN, or the name of an alias */
export async function describeKey(kms: KMSClient, keyId: string): Promise<KeyMetadata> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  if (KeyMetadata === undefined) throw new Error('KMS gave no description of a key');
  return KeyMetadata;
}

/** @returns the policy as an object, or the text where it is no JSON */
export async function policyOf(kms: KMSClient, keyArn: string): Promise<unknown> {
  const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyArn }));
  try {
    return JSON.parse(Policy);
  } catch {
    return Policy;
  }
}

/** @throws AccessDeniedException, which does not show that the key is deleted */
export async function keyIsDeleted(kms: KMSClient, keyArn: string): Promise<boolean> {
  const key = await lookUpKey(describeKey(kms, keyArn));
  if (key.is === 'denied') throw key.error;
  return key.is === 'missing';
}

/** @returns the ARNs of all keys of the account and region, the tenants' and others */
export async function* pagesOfKeyArns(kms: KMSClient): AsyncGenerator<string[]> {
  for await (const { Keys = [] } of paginateListKeys({ client: kms, pageSize: 1000 }, {})) {
    yield Keys.flatMap(({ KeyArn }) => KeyArn ?? []);
  }
}
