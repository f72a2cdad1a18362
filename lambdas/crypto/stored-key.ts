/**
 * A tenant's key, wherever the tenant's row says that it is. Invariant: a key is reached with the tenant's own session alone, and
 * a store is asked for no other key than the row's. Code of other stores than KMS is loaded when a tenant's key is first in one,
 * so that it costs nothing to those who have none.
 */
import type { KMSClient } from '@aws-sdk/client-kms';
import type { KeyStoresSettings } from '../../contract/key-stores.ts';
import { keyStoreUnavailable, modeNeedsAwsKms, type Problem } from '../../contract/problem.ts';
import { kmsKeyring } from '../key-stores/aws-kms/kms-keyring.ts';
import type { Keyring } from '../key-stores/keyring.ts';
import type { SessionParts } from '../sessions/tenant-sessions.ts';
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

/**
 * @param kms with the tenant's session, as `parts` has it
 * @param tenantId whose session it is
 */
export function storedKeys(
  settings: KeyStoresSettings | undefined,
  kms: KMSClient,
  parts: SessionParts,
  tenantId: string,
): StoredKeyOf {
  let vault: Promise<Keyring> | undefined;
  return async (row) => {
    const keyStore = keyStoreOf(row);
    if (keyStore === 'aws-kms') {
      const keyArn = keyArnOf(row);
      return { keyring: kmsKeyring(kms, keyArn), kmsKey: { kms, keyArn } };
    }
    if (keyStore === 'vault' && settings?.vault !== undefined) {
      vault ??= openVault(settings.vault, parts, tenantId);
      return { keyring: await vault };
    }
    throw keyStoreUnavailable(keyStore, 60);
  };
}

async function openVault(
  settings: NonNullable<KeyStoresSettings['vault']>,
  parts: SessionParts,
  tenantId: string,
): Promise<Keyring> {
  const { tenantVaultKeyring } = await import('../key-stores/vault/tenant-vault-keyring.ts');
  return tenantVaultKeyring(settings, parts, tenantId);
}
