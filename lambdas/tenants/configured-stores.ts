/** The key stores in which tenants may have their keys by the configuration. */
import {
  configuredKeyStores,
  defaultKeyStore,
  type ExternalAccountSettings,
  type KeyStoreName,
  type KeyStoresSettings,
} from '../../contract/key-stores.ts';
import { keyStoreNotConfigured } from '../../contract/problem.ts';

export type ConfiguredStores = ReturnType<typeof configuredStores>;

export function configuredStores(settings: KeyStoresSettings | undefined) {
  const stores = configuredKeyStores(settings);
  const names = stores.map(({ keyStore }) => keyStore);
  const notConfigured = () => keyStoreNotConfigured(names.join(', '));
  return {
    stores,
    /** @throws Problem 400 key-store-not-configured */
    require(wanted: KeyStoreName = defaultKeyStore): void {
      if (!names.includes(wanted)) throw notConfigured();
    },
    /** @throws Problem 400 key-store-not-configured where tenants may have no keys in accounts of their own */
    externalAccounts(): ExternalAccountSettings {
      if (settings?.awsKmsExternal === undefined) throw notConfigured();
      return settings.awsKmsExternal;
    },
  };
}
