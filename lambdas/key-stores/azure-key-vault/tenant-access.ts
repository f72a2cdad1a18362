/**
 * What lets a tenant use its key in Azure: an identity of the tenant's own, a credential by which that tenant alone signs in as it,
 * and one role on the one key. Invariant: the identity has its one credential before it gets its role.
 */
import type { AzureSend } from './azure-requests.ts';
import { isProductsRole, type RoleSettings, removeRoles, writeRole } from './role-assignment.ts';
import {
  type IdentitySettings,
  isProductsCredential,
  readIdentity,
  removeIdentity,
  writeCredential,
  writeIdentity,
} from './tenant-identity.ts';

export interface AccessSettings extends IdentitySettings, RoleSettings {}

/** May be repeated. */
export async function writeAccess(
  send: AzureSend,
  settings: AccessSettings,
  tenantId: string,
): Promise<void> {
  const { principalId } = await writeIdentity(send, settings, tenantId);
  await writeCredential(send, settings, tenantId);
  await writeRole(send, settings, { tenantId, principalId });
}

/** For a tenant that is erased. May be repeated: as long as there is the identity its roles are found. */
export async function removeAccess(
  send: AzureSend,
  settings: AccessSettings,
  tenantId: string,
): Promise<void> {
  const found = await readIdentity(send, settings, tenantId);
  if (found === undefined) return;
  await removeRoles(send, settings, { tenantId, principalId: found.principalId });
  await removeIdentity(send, settings, tenantId);
}

export interface SeenAccess {
  /** undefined where there is no identity */
  readonly clientId: string | undefined;
  /** what of it is not as the product writes it */
  readonly differing: readonly string[];
}

export async function seenAccess(
  send: AzureSend,
  settings: AccessSettings,
  tenantId: string,
): Promise<SeenAccess> {
  const found = await readIdentity(send, settings, tenantId);
  if (found === undefined) return { clientId: undefined, differing: ['identity'] };
  const { clientId, principalId } = found;
  const hasCredential = await isProductsCredential(send, settings, tenantId);
  const hasRole = await isProductsRole(send, settings, { tenantId, principalId });
  return {
    clientId,
    differing: [
      ...(hasCredential ? [] : ['federated credential']),
      ...(hasRole ? [] : ['role assignment']),
    ],
  };
}
