/**
 * A tenant's key, wherever the tenant's row says that it is, and the one before while the store is being changed. Invariant: a
 * key is reached with the tenant's own session alone, a store is asked for no other key than the row's, and one key
 * encrypts at a time: which, the row says for all functions alike, whenever they have read it. Code of other stores than KMS
 * is loaded when a tenant's key is first in one, so that it costs nothing to those who have none.
 */
import type { KMSClient } from '@aws-sdk/client-kms';
import { longestRequestMs } from '../../contract/key-store-change.ts';
import type { KeyStoresSettings } from '../../contract/key-stores.ts';
import { keyStoreUnavailable, modeNeedsAwsKms, Problem } from '../../contract/problem.ts';
import { kmsKeyring } from '../key-stores/aws-kms/kms-keyring.ts';
import type { Keyring } from '../key-stores/keyring.ts';
import { keyringOfTwo } from '../key-stores/keyring-of-two.ts';
import type { SessionParts } from '../sessions/tenant-sessions.ts';
import { ownNames } from '../stack/own-names.ts';
import { keyArnOf, keyStoreOf, type TenantRow } from '../tenants/registry/tenant-row.ts';
import type { KmsKey } from './direct-encryption.ts';
import type { KeyMove } from './mac-keys.ts';

export interface StoredKey {
  readonly keyring: Keyring;
  /** of a key in KMS: direct mode */
  readonly kmsKey?: KmsKey | undefined;
  /** the other key, which decrypts, while there are two */
  readonly other?: OneKey | undefined;
  readonly move?: KeyMove | undefined;
}

type OneKey = Pick<StoredKey, 'keyring' | 'kmsKey'>;

/** @throws Problem 400 mode-needs-aws-kms where the key is not in KMS */
export function kmsKeyOf({ kmsKey }: StoredKey): KmsKey {
  if (kmsKey === undefined) throw modeNeedsAwsKms();
  return kmsKey;
}

/** @returns the keys of the tenant that may have made a ciphertext of direct mode, the likelier one first */
export const kmsKeysOf = ({ kmsKey, other }: StoredKey): readonly KmsKey[] =>
  [kmsKey, other?.kmsKey].filter((key) => key !== undefined);

/**
 * @param keys of {@link kmsKeysOf}
 * @param refusal where there is none
 * @throws what `use` throws with the last of them
 */
export async function withKmsKeyOf<T>(
  keys: readonly KmsKey[],
  use: (key: KmsKey) => Promise<T>,
  refusal: () => Problem,
): Promise<T> {
  const [key, ...others] = keys;
  if (key === undefined) throw refusal();
  try {
    return await use(key);
  } catch (error) {
    const isRefused = error instanceof Problem && error.code === 'decryption-failed';
    if (!isRefused || others.length === 0) throw error;
    return withKmsKeyOf(others, use, refusal);
  }
}

/** A key as answers name it: by its ARN, where it is in KMS of whichever account. */
export const keyMembersOf = ({ keyring: { keyName } }: StoredKey) =>
  keyName.startsWith('arn:') ? { keyArn: keyName } : { keyName };

/** @throws Problem 503 key-store-unavailable where the configuration has the key's store or place no more */
export type StoredKeyOf = (row: TenantRow) => Promise<StoredKey>;

/** What of a row names a key. */
type KeyOfRow = Pick<TenantRow, 'keyStore' | 'keyArn' | 'keyName' | 'keyClientId' | 'keyCreatedAt'>;

export interface StoredKeysOptions {
  readonly settings: KeyStoresSettings | undefined;
  /** of the stack; only with keys in accounts of the tenants' */
  readonly accountId?: string | undefined;
  /** whose session it is */
  readonly tenantId: string;
}

/** @param kms with the tenant's session, as `parts` has it */
export function storedKeys(
  { settings, accountId, tenantId }: StoredKeysOptions,
  kms: KMSClient,
  parts: SessionParts,
): StoredKeyOf {
  let vault: Promise<Keyring> | undefined;
  let azure: ReturnType<typeof openAzure> | undefined;
  let external: ReturnType<typeof openExternalAccounts> | undefined;
  return pairedKeys(async (row) => {
    const keyStore = keyStoreOf(row);
    if (keyStore === 'aws-kms') {
      const keyArn = keyArnOf(row);
      return { keyring: kmsKeyring(kms, keyArn), kmsKey: { kms, keyArn } };
    }
    if (keyStore === 'vault' && settings?.vault !== undefined) {
      vault ??= openVault(settings.vault, parts, tenantId);
      const keyring = await vault;
      // By settings that were changed since it would be another key, of which the registry knows nothing.
      if (keyring.keyName === row.keyName) return { keyring };
    }
    const { azureKeyVault, awsKmsExternal } = settings ?? {};
    if (keyStore === 'azure-key-vault' && azureKeyVault !== undefined) {
      azure ??= openAzure(azureKeyVault, parts, tenantId);
      const keyring = (await azure)(row);
      if (keyring !== undefined && keyring.keyName === row.keyName) return { keyring };
    }
    const { keyName } = row;
    if (keyStore === 'aws-kms-external' && awsKmsExternal && keyName !== undefined) {
      external ??= openExternalAccounts({ settings, accountId, tenantId }, parts);
      const keyring = (await external)(keyName);
      if (keyring !== undefined) return { keyring };
    }
    throw keyStoreUnavailable(keyStore, 60);
  });
}

async function openVault(
  settings: NonNullable<KeyStoresSettings['vault']>,
  parts: SessionParts,
  tenantId: string,
): Promise<Keyring> {
  const { tenantVaultKeyring } = await import('../key-stores/vault/tenant-vault-keyring.ts');
  return tenantVaultKeyring(settings, parts, tenantId);
}

async function openAzure(
  settings: NonNullable<KeyStoresSettings['azureKeyVault']>,
  { identityToken }: SessionParts,
  tenantId: string,
) {
  const { tenantAzureKeyrings } = await import(
    '../key-stores/azure-key-vault/tenant-azure-keyring.ts'
  );
  return tenantAzureKeyrings(settings, tenantId, () => identityToken('azure-key-vault'));
}

async function openExternalAccounts(
  { settings, accountId, tenantId }: StoredKeysOptions,
  parts: SessionParts,
) {
  const { tenantExternalKeys } = await import(
    '../key-stores/aws-kms-external/tenant-external-keys.ts'
  );
  if (accountId === undefined) throw new Error("the function is not told its stack's account");
  return tenantExternalKeys(
    {
      accounts: settings?.awsKmsExternal?.accounts ?? [],
      maxAgeSeconds: settings?.dataKeyMaxAgeSeconds ?? 0,
      tenant: { tenantId, name: ownNames.name, productAccountId: accountId },
    },
    parts,
  );
}

/**
 * A function that has a row from before a change cannot open what is under the new key. So until each has read the row
 * anew the previous key encrypts.
 * @param keyOf opens one key
 */
export function pairedKeys(
  keyOf: (key: KeyOfRow) => Promise<OneKey>,
  now: () => number = Date.now,
): StoredKeyOf {
  return async (row) => {
    const key = await keyOf(row);
    const { previousKey } = row;
    if (previousKey === undefined || previousKey.status !== undefined) return key;
    const previous = await keyOf(previousKey);
    const settledForMs = now() - Date.parse(previousKey.since);
    const [encrypting, other] = settledForMs >= 0 ? [key, previous] : [previous, key];
    return {
      keyring: keyringOfTwo(encrypting.keyring, other.keyring),
      kmsKey: encrypting.kmsKey,
      other,
      move: { to: key.keyring.keyName, rewraps: settledForMs > longestRequestMs },
    };
  };
}
