/** What GET /key-stores lists, and an onboarding takes. */
import { expect, test } from '@jest/globals';
import { configuredKeyStores } from '../../contract/key-stores.ts';

const vault = {
  address: 'https://vault.example.com',
  transitMount: 'tenant-keys',
  authMount: 'tenant-keys',
  audience: 'vault',
  tokenIssuer: 'sts',
} as const;

test('KMS of the own account is the default, and alone where nothing is configured', () => {
  expect(configuredKeyStores(undefined)).toEqual([{ keyStore: 'aws-kms' }]);
});

test('of a Vault nothing is told that only its operator needs', () => {
  const settings = { vault: { ...vault, caCertificate: 'PEM' }, dataKeyMaxAgeSeconds: 60 };
  expect(configuredKeyStores(settings).slice(1)).toEqual([
    { keyStore: 'vault', address: vault.address, transitMount: 'tenant-keys' },
  ]);
});

test('of accounts of tenants their ids are told', () => {
  const settings = { awsKmsExternal: { accounts: ['222222222222'] }, dataKeyMaxAgeSeconds: 60 };
  expect(configuredKeyStores(settings).slice(1)).toEqual([
    { keyStore: 'aws-kms-external', accounts: ['222222222222'] },
  ]);
});

test('of an Azure Key Vault its address is told, and nothing of who signs in there', () => {
  const settings = { azureKeyVault: { vaultUrl: 'https://keys.vault.azure.net' } } as never;
  expect(configuredKeyStores(settings).slice(1)).toEqual([
    { keyStore: 'azure-key-vault', address: 'https://keys.vault.azure.net' },
  ]);
});
