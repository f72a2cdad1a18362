/**
 * Where a tenant's key may be: in KMS of the product's own account, or in another key store that the configuration has.
 * Invariant: no setting is a secret. Functions sign in to a store by tokens that name them, or the tenant.
 */
import * as z from 'zod/mini';

/** `aws-kms-external`: KMS in the tenant's own account. `vault`: HashiCorp Vault or OpenBao. */
export const keyStoreNames = ['aws-kms', 'vault', 'azure-key-vault', 'aws-kms-external'] as const;

export const keyStoreName = z.enum(
  keyStoreNames,
  `must be the name of a key store, one of ${keyStoreNames.join(', ')}`,
);
export type KeyStoreName = z.output<typeof keyStoreName>;

/** Whose key it is if nobody says. */
export const defaultKeyStore = 'aws-kms' satisfies KeyStoreName;

/** For how long a function may rely on its read of a tenant's row, at most, whatever the configuration says. */
export const longestRegistryTtlSeconds = 60;

/** The stores whose calls our CloudTrail does not record: those outside of AWS, and KMS where the caller is a role of that account. */
export const otherKeyStoreName = z.enum(['vault', 'azure-key-vault', 'aws-kms-external']);
export type OtherKeyStoreName = z.output<typeof otherKeyStoreName>;

const text = z.string().check(z.minLength(1));

export const vaultSettings = z.strictObject({
  /** https URL, without a path */
  address: text,
  /** of Vault Enterprise or OpenBao; absent: the root namespace */
  namespace: z.optional(text),
  /** path of a transit secrets engine that is the product's alone */
  transitMount: text,
  /** path of a JWT auth method that is the product's alone */
  authMount: text,
  /** of the tokens by which the functions sign in */
  audience: text,
  /** whose tokens these are: those of AWS's STS, or of the product's own issuer, for where STS gives none */
  tokenIssuer: z.enum(['sts', 'own']),
  /** PEM, of a certificate authority that Node.js does not know */
  caCertificate: z.optional(text),
});
export type VaultSettings = z.output<typeof vaultSettings>;

export const externalAccountSettings = z.strictObject({
  /** ids of the accounts in which tenants may have their keys */
  accounts: z.readonly(z.array(text)),
});
export type ExternalAccountSettings = z.output<typeof externalAccountSettings>;

/** Of tokens by which functions and tenants sign in to Microsoft Entra ID, in Azure's public cloud. */
export const entraAudience = 'api://AzureADTokenExchange';

export const azureKeyVaultSettings = z.strictObject({
  /** https URL, without a path: `https://<vault>.vault.azure.net` */
  vaultUrl: text,
  /** ARM id of the vault, below which role assignments are */
  vaultId: text,
  /** GUID of the Microsoft Entra tenant (directory) */
  azureTenantId: text,
  /** ARM id of the resource group in which tenants' managed identities are, and nothing else is */
  identityGroupId: text,
  /** region of these identities */
  location: text,
  /** GUIDs: as whom each function signs in */
  controlPlaneClientId: text,
  reconcilerClientId: text,
  certificatesClientId: text,
  /** GUID of the role that a tenant's identity has on the tenant's key, and that lets it wrap and unwrap alone */
  wrapRoleDefinitionId: text,
  keyType: z.enum(['RSA-HSM', 'RSA']),
  /** bits */
  keySize: z.union([z.literal(2048), z.literal(3072), z.literal(4096)]),
  /** of the tokens by which functions and tenants sign in */
  audience: text,
  /** https URL, without a path: where Entra signs in */
  authority: text,
  /** https URL, without a path: Azure Resource Manager */
  resourceManager: text,
  /** https URL of our own issuer, which tenants' federated credentials name */
  issuer: text,
});
export type AzureKeyVaultSettings = z.output<typeof azureKeyVaultSettings>;

/** What the functions are told. A store that is not in it is not configured. */
export const keyStoresSettings = z.strictObject({
  vault: z.optional(vaultSettings),
  azureKeyVault: z.optional(azureKeyVaultSettings),
  awsKmsExternal: z.optional(externalAccountSettings),
  /** for how long a data key that another store has wrapped may be used again; at most as long as those of ours */
  dataKeyMaxAgeSeconds: z.int(),
});
export type KeyStoresSettings = z.output<typeof keyStoresSettings>;

/** A key store in which tenants may be onboarded, and what of it everybody may know who may onboard. */
export const configuredKeyStore = z.strictObject({
  keyStore: keyStoreName,
  /** URL of the store */
  address: z.optional(z.string()),
  namespace: z.optional(z.string()),
  /** in which the keys are */
  transitMount: z.optional(z.string()),
  /** ids of AWS accounts */
  accounts: z.optional(z.array(z.string())),
});
export type ConfiguredKeyStore = z.output<typeof configuredKeyStore>;

export const keyStoreList = z.strictObject({ keyStores: z.array(configuredKeyStore) });

/** @returns the stores by their settings, the default first */
export function configuredKeyStores(
  settings: KeyStoresSettings | undefined,
): readonly ConfiguredKeyStore[] {
  const { vault, azureKeyVault, awsKmsExternal } = settings ?? {};
  return [
    { keyStore: defaultKeyStore },
    ...(vault === undefined ? [] : [vaultStore(vault)]),
    ...(azureKeyVault === undefined ? [] : [azureStore(azureKeyVault)]),
    ...(awsKmsExternal === undefined ? [] : [externalStore(awsKmsExternal)]),
  ];
}

const externalStore = ({ accounts }: ExternalAccountSettings): ConfiguredKeyStore => ({
  keyStore: 'aws-kms-external',
  accounts: [...accounts],
});

const vaultStore = ({ address, namespace, transitMount }: VaultSettings): ConfiguredKeyStore => ({
  keyStore: 'vault',
  address,
  ...(namespace !== undefined && { namespace }),
  transitMount,
});

const azureStore = ({ vaultUrl }: AzureKeyVaultSettings): ConfiguredKeyStore => ({
  keyStore: 'azure-key-vault',
  address: vaultUrl,
});
