/** By which names the product finds what Azure has for a tenant. */
import { createHash } from 'node:crypto';
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';

type Vault = Pick<AzureKeyVaultSettings, 'vaultUrl' | 'vaultId'>;

/** As rows and messages have it: the key's identifier without a version. */
export const keyNameOf = ({ vaultUrl }: Pick<Vault, 'vaultUrl'>, tenantId: string): string =>
  `${vaultUrl}/keys/${tenantId}`;

const keyVault = '7.4';
export const keyPath = (tenantId: string, rest = ''): string =>
  `/keys/${tenantId}${rest}?api-version=${keyVault}`;
export const deletedKeyPath = (tenantId: string, rest = ''): string =>
  `/deletedkeys/${tenantId}${rest}?api-version=${keyVault}`;

/** At which the tenant's identity has its one role. */
export const keyScopeOf = ({ vaultId }: Pick<Vault, 'vaultId'>, tenantId: string): string =>
  `${vaultId}/keys/${tenantId}`;

/** The group is this stack's alone. */
export const identityPath = (
  { identityGroupId }: Pick<AzureKeyVaultSettings, 'identityGroupId'>,
  tenantId: string,
  rest = '',
): string =>
  `${identityGroupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/tenant-${tenantId}${rest}?api-version=2023-01-31`;

export const roleAssignmentPath = (scope: string, rest: string, query = ''): string =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments${rest}?api-version=2022-04-01${query}`;

/** The id of a role definition that is made in the subscription of the vault. */
export function roleDefinitionIdOf({
  vaultId,
  wrapRoleDefinitionId,
}: Pick<AzureKeyVaultSettings, 'vaultId' | 'wrapRoleDefinitionId'>): string {
  const [, , subscription] = vaultId.split('/');
  return `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${wrapRoleDefinitionId}`;
}

/**
 * A role assignment's name is a GUID of the caller's choice, and cannot be given to another principal: the same words give
 * the same one, so that an assignment may be asked for again.
 */
export function guidOf(...words: readonly string[]): string {
  const bytes = createHash('sha256').update(words.join('\n').toLowerCase()).digest();
  // RFC 9562, version 8 and the variant.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
