/** How the product makes a key in Azure Key Vault, and how one differs from that. */
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import type { KeyBundle, VaultKey } from './vault-key.ts';

export type KeyShape = Pick<AzureKeyVaultSettings, 'keyType' | 'keySize'>;

/** Nobody of the product may give the tenant's identity another operation, but what a key is for the vault checks too. */
export const keyOperations = ['wrapKey', 'unwrapKey'];

/** @returns what of the newest version is not as the product makes a key */
export function unlikeProductsKey({ newest, versions }: VaultKey, shape: KeyShape): string[] {
  const isExportable = versions.some(({ attributes: { exportable } }) => exportable === true);
  const expires = versions.some(({ attributes: { exp } }) => typeof exp === 'number');
  const differing = newest === undefined ? [] : unlikeBundle(newest, shape);
  return [...differing, ...(isExportable ? ['exportable'] : []), ...(expires ? ['exp'] : [])];
}

function unlikeBundle(
  { key, managed, release_policy }: KeyBundle,
  { keyType, keySize }: KeyShape,
): string[] {
  const bits = Buffer.from(key.n ?? '', 'base64url').length * 8;
  const operations = [...key.key_ops].sort().join();
  const found = [
    key.kty !== keyType && 'kty',
    bits !== keySize && 'key_size',
    operations !== [...keyOperations].sort().join() && 'key_ops',
    managed === true && 'managed',
    release_policy !== undefined && release_policy !== null && 'release_policy',
  ];
  return found.filter((one) => one !== false);
}

/** KMS's longest window: no shorter retention of the vault's may end before a window that a caller has asked for. */
const leastRetentionDays = 30;

/**
 * Only where the vault has purge protection nobody, and no administrator, can end a deletion's window before its time
 * (Key Vault, "soft-delete overview"; levels without `Purgeable`).
 */
export function isRecoverable({ attributes: of }: KeyBundle): boolean {
  const { recoveryLevel = 'Purgeable', recoverableDays = 0 } = of;
  return !recoveryLevel.includes('Purgeable') && recoverableDays >= leastRetentionDays;
}
