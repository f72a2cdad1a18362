/** Azure Key Vault: what the configuration takes, and that no id is guessed, shortened or of another vault. */
import { describe, expect, test } from '@jest/globals';
import { keyStoresSettings } from '../../../contract/key-stores.ts';
import { readConfig } from '../../../lib/config/config.ts';
import { toldOf } from '../../../lib/config/key-stores.ts';
import { azureKeyVault } from '../../harness/azure-settings.ts';
import { problemsOf } from './problems.ts';

const needed = { issuer: 'https://id.example.com', audience: 'tenant-keys' };
const of = (given: object) =>
  readConfig({ ...needed, keyStores: { azureKeyVault: given } }).keyStores;

const defaults = {
  keyType: 'RSA-HSM',
  keySize: 3072,
  audience: 'api://AzureADTokenExchange',
  authority: 'https://login.microsoftonline.com',
  resourceManager: 'https://management.azure.com',
};

describe('taken', () => {
  test('by what the operator has made, with the defaults of the public cloud', () => {
    expect(of(azureKeyVault)).toEqual({
      azureKeyVault: { ...azureKeyVault, ...defaults },
      ownIssuer: { key: 1 },
      dataKeyMaxAgeSeconds: 60,
    });
  });

  test('all of it, of another cloud; the functions read what the stack writes', () => {
    const given = {
      ...azureKeyVault,
      vaultUrl: 'https://keys.vault.usgovcloudapi.net',
      keyType: 'RSA',
      keySize: 4096,
      audience: 'api://AzureADTokenExchangeUSGov',
      authority: 'https://login.microsoftonline.us',
      resourceManager: 'https://management.usgovcloudapi.net',
    };
    expect(of(given)?.azureKeyVault).toEqual(given);
    const told = toldOf(of(given) as never, 'https://api.example/v1/issuer');
    expect(keyStoresSettings.parse(told).azureKeyVault).toEqual({
      ...given,
      issuer: 'https://api.example/v1/issuer',
    });
  });

  test('on this machine, where a URL does not name the vault', () => {
    const local = { ...azureKeyVault, vaultUrl: 'http://127.0.0.1:8443' };
    expect(of(local)?.azureKeyVault?.vaultUrl).toBe(local.vaultUrl);
  });

  test('a name with capital letters, which a URL has in small ones', () => {
    const vaultId = azureKeyVault.vaultId.replace(/keys$/, 'Keys');
    expect(of({ ...azureKeyVault, vaultId })?.azureKeyVault?.vaultId).toBe(vaultId);
  });
});

describe('refused', () => {
  test.each(Object.keys(azureKeyVault))('without %s', (member) => {
    const { [member as keyof typeof azureKeyVault]: _, ...rest } = azureKeyVault;
    expect(problemsOf({ ...needed, keyStores: { azureKeyVault: rest } })).toEqual([
      expect.stringContaining(`keyStores.azureKeyVault.${member}`),
    ]);
  });

  test.each([
    ['a vault without TLS', { vaultUrl: 'http://keys.vault.azure.net' }, 'vaultUrl: must be'],
    ['a URL with a path', { vaultUrl: 'https://keys.vault.azure.net/keys' }, 'vaultUrl: must be'],
    ['the URL of another vault', { vaultUrl: 'https://other.vault.azure.net' }, 'vaultId: must be'],
    [
      'an id that ends in another resource',
      { vaultId: `${azureKeyVault.vaultId}/keys/acme` },
      'vaultId: must be',
    ],
    ['an id that leaves its place', { identityGroupId: '/subscriptions/../x' }, 'identityGroupId'],
    [
      'a whole subscription for the identities',
      { identityGroupId: azureKeyVault.identityGroupId.replace(/\/resourceGroups.*/, '') },
      'identityGroupId: must be',
    ],
    [
      'a GUID in capitals',
      { azureTenantId: azureKeyVault.azureTenantId.toUpperCase() },
      'azureTenantId',
    ],
    [
      'a name for a GUID',
      { wrapRoleDefinitionId: 'Key Vault Crypto User' },
      'wrapRoleDefinitionId',
    ],
    ['a region as it is displayed', { location: 'West Europe' }, 'location: must be'],
    ['an elliptic curve', { keyType: 'EC' }, 'keyType: must be'],
    ['a short key', { keySize: 1024 }, 'keySize: must be'],
    ['an audience with a space', { audience: 'a b' }, 'audience: must be'],
    ['a client secret', { clientSecret: 'x' }, 'keyStores.azureKeyVault'],
  ])('%s', (_, change, message) => {
    const given = { ...azureKeyVault, ...change };
    expect(problemsOf({ ...needed, keyStores: { azureKeyVault: given } })).toEqual([
      expect.stringContaining(message),
    ]);
  });
});
