/**
 * A tenant's key, wherever the tenant's row says that it is. Invariant: a key is reached with the tenant's own session alone, and
 * a store is asked for no other key than the row's.
 */
import type { KMSClient } from '@aws-sdk/client-kms';
import { keyStoreUnavailable, modeNeedsAwsKms, type Problem } from '../../contract/problem.ts';
import { kmsKeyring } from '../key-stores/aws-kms/kms-keyring.ts';
import type { Keyring } from '../key-stores/keyring.ts';
import { keyArnOf, keyStoreOf, type TenantRow } from '../tenants/registry/tenant-row.ts';
import type { KmsKey } from './direct-encryption.ts';

export interface StoredKey {
  readonly keyring: Keyring;
  /** of a key in KMS: direct mode */
  readonly kmsKey?: KmsKey | undefined;
}

/** @throws Problem 400 mode-needs-aws-kms, or the one that is given, where the key is not in KMS */
export function kmsKeyOf({ kmsKey }: StoredKey, refusal: () => Problem = modeNeedsAwsKms): KmsKey {
  if (kmsKey === undefined) throw refusal();
  return kmsKey;
}

/** The key as answers name it: by its ARN, where it is in KMS. */
export const keyMembersOf = ({ keyring: { keyName }, kmsKey }: StoredKey) =>
  kmsKey === undefined ? { keyName } : { keyArn: keyName };

/** @throws Problem 503 key-store-unavailable where the stack is not configured with the store any more */
export type StoredKeyOf = (row: TenantRow) => Promise<StoredKey>;

/** @param kms with the tenant's session */
export function storedKeys(kms: KMSClient): StoredKeyOf {
  return async (row) => {
    const keyStore = keyStoreOf(row);
    if (keyStore === 'aws-kms') {
      const keyArn = keyArnOf(row);
      return { keyring: kmsKeyring(kms, keyArn), kmsKey: { kms, keyArn } };
    }
    throw keyStoreUnavailable(keyStore, 60);
  };
}
