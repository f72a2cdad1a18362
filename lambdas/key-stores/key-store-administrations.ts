/** The stores beside KMS of this account in which tenants have keys: each is loaded when a tenant needs it. */
import type { KeyStoreName, KeyStoresSettings } from '../../contract/key-stores.ts';
import { keyStoreUnavailable } from '../../contract/problem.ts';
import type { FunctionIdentity, KeyStoreAdministration } from './key-administration.ts';

/** @throws Problem 503 key-store-unavailable for a store that the configuration has no more */
export type KeyStoreAdministrations = (keyStore: KeyStoreName) => Promise<KeyStoreAdministration>;

export function keyStoreAdministrations(
  settings: KeyStoresSettings | undefined,
  identity: FunctionIdentity,
): KeyStoreAdministrations {
  const open = async (keyStore: KeyStoreName): Promise<KeyStoreAdministration> => {
    const { vault, azureKeyVault, awsKmsExternal } = settings ?? {};
    if (keyStore === 'aws-kms-external' && awsKmsExternal !== undefined) {
      return (await import('./aws-kms-external/external-administration.ts')).externalAdministration;
    }
    if (keyStore === 'vault' && vault !== undefined) {
      const { openVaultAdministration } = await import('./vault/open-vault-administration.ts');
      return openVaultAdministration(vault, identity);
    }
    if (keyStore === 'azure-key-vault' && azureKeyVault !== undefined) {
      const azure = await import('./azure-key-vault/open-azure-administration.ts');
      return azure.openAzureAdministration(azureKeyVault, identity);
    }
    throw keyStoreUnavailable(keyStore);
  };
  const opened = new Map<KeyStoreName, Promise<KeyStoreAdministration>>();
  return (keyStore) => {
    const store = opened.get(keyStore) ?? open(keyStore);
    opened.set(keyStore, store);
    return store;
  };
}
