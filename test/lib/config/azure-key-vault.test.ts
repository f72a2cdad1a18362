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
  issuerKey: 1,
};

describe('taken', () => {
  test('by what the operator has made, with the defaults of the public cloud', () => {
    expect(of(azureKeyVault)).toEqual({
      azureKeyVault: { ...azureKeyVault, ...defaults },
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
      issuer: 'https://issuer.example.com/tenant-keys',
      issuerKey: 2,
    };
    expect(of(given)).toEqual({ azureKeyVault: given, dataKeyMaxAgeSeconds: 60 });
    const told = toldOf(of(given) as never, 'https://elsewhere.example');
    const { issuerKey: _, ...rest } = given;
    expect(keyStoresSettings.parse(told).azureKeyVault).toEqual(rest);
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
    ['an issuer that ends in a slash', { issuer: 'https://i.example.com/' }, 'issuer: must be'],
    ['an issuer with another spelling', { issuer: 'https://I.example.com/a' }, 'issuer: must be'],
    ['an issuer without TLS', { issuer: 'http://i.example.com/a' }, 'issuer: must be'],
    ['no key of the issuer', { issuerKey: 0 }, 'issuerKey: must be'],
  ])('%s', (_, change, message) => {
    const given = { ...azureKeyVault, ...change };
    expect(problemsOf({ ...needed, keyStores: { azureKeyVault: given } })).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

describe('an issuer of its own', () => {
  const ways = {
    vpcEndpointIds: ['vpce-0123456789abcdef0'],
    trustStore: 's3://bucket/authorities.pem',
  };
  const domain = {
    domainName: 'keys.example.com',
    certificateArn:
      'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
  };
  const problems = (way: object, change: object = {}) =>
    problemsOf({
      ...needed,
      ...('trustStore' in way && domain),
      ...way,
      keyStores: { azureKeyVault: { ...azureKeyVault, ...change } },
    });

  test.each(Object.entries(ways))('beside %s needs a URL that Azure reaches', (name, value) => {
    expect(problems({ [name]: value })).toEqual([
      expect.stringContaining('keyStores.azureKeyVault.issuer: must be given beside'),
    ]);
    expect(problems({ [name]: value }, { issuer: 'https://issuer.example.com/keys' })).toEqual([]);
  });
});
