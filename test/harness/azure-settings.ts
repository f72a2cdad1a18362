/** Azure Key Vault in the configuration, by what has no default. */
const subscription = '/subscriptions/11111111-2222-3333-4444-555555555555';

export const azureKeyVault = {
  vaultUrl: 'https://keys.vault.azure.net',
  vaultId: `${subscription}/resourceGroups/tenant-keys/providers/Microsoft.KeyVault/vaults/keys`,
  azureTenantId: 'aaaaaaaa-0000-4000-8000-000000000001',
  identityGroupId: `${subscription}/resourceGroups/tenant-keys-identities`,
  location: 'westeurope',
  controlPlaneClientId: 'aaaaaaaa-0000-4000-8000-000000000002',
  reconcilerClientId: 'aaaaaaaa-0000-4000-8000-000000000003',
  certificatesClientId: 'aaaaaaaa-0000-4000-8000-000000000004',
  wrapRoleDefinitionId: 'aaaaaaaa-0000-4000-8000-000000000005',
} as const;
