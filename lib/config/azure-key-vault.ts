/**
 * Azure Key Vault in the configuration: names and ids of what an operator of the Azure subscription has made beforehand
 * (docs/key-stores/azure-key-vault.md). Invariant: there is no secret among them, since nobody signs in to Azure by one.
 */
import { z } from 'zod';
import { entraAudience } from '../../contract/key-stores.ts';
import { oneOf, origin, text } from './values.ts';

const texts = {
  vaultUrl:
    'must be the https URL of the vault without a path, such as https://example.vault.azure.net (http for this machine only)',
  vaultId:
    'must be the resource id of the vault: /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<name>',
  sameVault: 'must be the id of the vault of vaultUrl: its name is what the URL begins with',
  guid: 'must be a GUID in small letters, such as 00000000-0000-0000-0000-000000000000',
  identityGroupId:
    "must be the resource id of the group for tenants' identities: /subscriptions/<id>/resourceGroups/<group>",
  location: 'must be the name of an Azure region, such as westeurope',
  keyType: 'must be RSA-HSM, for a vault of the tier Premium, or RSA',
  audience: 'must be 1-256 characters without spaces, as federated credentials have it',
  origin: 'must be an https URL without a path (http for this machine only)',
};

/** Microsoft's own ids are compared without regard to case; Entra's federated credentials and our own checks are not. */
const guid = text(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, texts.guid);
/** Azure Resource Manager, naming rules: a group's name does not end in a dot. */
const group =
  '/subscriptions/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/resourceGroups/[\\w().-]{0,89}[\\w()-]';
const vaultName = '[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]';

export const azureKeyVault = z
  .strictObject({
    vaultUrl: origin(texts.vaultUrl),
    vaultId: text(
      new RegExp(`^${group}/providers/Microsoft\\.KeyVault/vaults/${vaultName}$`),
      texts.vaultId,
    ),
    azureTenantId: guid,
    identityGroupId: text(new RegExp(`^${group}$`), texts.identityGroupId),
    location: text(/^[a-z][a-z0-9]{1,40}$/, texts.location),
    controlPlaneClientId: guid,
    reconcilerClientId: guid,
    certificatesClientId: guid,
    wrapRoleDefinitionId: guid,
    keyType: z.enum(['RSA-HSM', 'RSA'], texts.keyType).default('RSA-HSM'),
    /** Each takes a data key of 32 bytes and a hash of as many. */
    keySize: oneOf('bits', [2048, 3072, 4096])
      .transform((bits) => bits as 2048 | 3072 | 4096)
      .default(3072),
    /** Other clouds have other ones: Entra, "Configure an app to trust an external identity provider". */
    audience: text(/^[\x21-\x7e]{1,256}$/, texts.audience).default(entraAudience),
    authority: origin(texts.origin).default('https://login.microsoftonline.com'),
    resourceManager: origin(texts.origin).default('https://management.azure.com'),
  })
  .refine(isOfItsUrl, { path: ['vaultId'], message: texts.sameVault });

/** On this machine a vault's URL has no name. */
function isOfItsUrl({ vaultUrl, vaultId }: { vaultUrl: string; vaultId: string }): boolean {
  const { protocol, hostname } = new URL(vaultUrl);
  const name = vaultId.slice(vaultId.lastIndexOf('/') + 1).toLowerCase();
  return protocol === 'http:' || hostname.split('.')[0] === name;
}
