/**
 * The one role that a tenant's identity has, and the one that there is on the tenant's key. Invariant: whatever else the identity
 * was given in the vault, and whatever anybody was given on the key, is taken away; what was given above the vault is none
 * of the product's to take, and is reported where it is the identity's.
 */
import * as z from 'zod/mini';
import type { AzureKeyVaultSettings } from '../../../contract/key-stores.ts';
import { guidOf, keyScopeOf, roleAssignmentPath, roleDefinitionIdOf } from './azure-names.ts';
import { type AzureSend, change, done, remove, shapeOf } from './azure-requests.ts';

export type RoleSettings = Pick<AzureKeyVaultSettings, 'vaultId' | 'wrapRoleDefinitionId'>;

/** Whose role it is. */
export interface RoleOwner {
  readonly tenantId: string;
  /** of the tenant's identity */
  readonly principalId: string;
}

const assignments = z.object({
  value: z.array(
    z.object({
      name: z.string(),
      properties: z.object({
        roleDefinitionId: z.string(),
        scope: z.string(),
        principalId: z.string(),
      }),
    }),
  ),
});
type RoleAssignment = z.output<typeof assignments>['value'][number];

const service = 'resource-manager';

function ownAssignment(settings: RoleSettings, { tenantId, principalId }: RoleOwner) {
  const scope = keyScopeOf(settings, tenantId);
  const roleDefinitionId = roleDefinitionIdOf(settings);
  return { scope, roleDefinitionId, name: guidOf(scope, principalId, roleDefinitionId) };
}

export async function writeRole(
  send: AzureSend,
  settings: RoleSettings,
  owner: RoleOwner,
): Promise<void> {
  const { tenantId, principalId } = owner;
  const own = ownAssignment(settings, owner);
  const given = await assignmentsOf(send, settings, owner);
  const others = given.filter((one) => !isSame(one, own));
  await removeAll(send, settings, tenantId, others);
  if (others.length < given.length) return;
  const { scope, name, roleDefinitionId } = own;
  await change(send, {
    service,
    method: 'PUT',
    path: roleAssignmentPath(scope, `/${name}`),
    operation: { name: 'PUT role-assignment', tenantId },
    // With its type a principal is not looked for, which may be too new to be found everywhere (Azure RBAC, REST).
    body: { properties: { roleDefinitionId, principalId, principalType: 'ServicePrincipal' } },
  });
}

export const removeRoles = async (
  send: AzureSend,
  settings: RoleSettings,
  owner: RoleOwner,
): Promise<void> =>
  removeAll(send, settings, owner.tenantId, await assignmentsOf(send, settings, owner));

/** Whether it is there as the product writes it, and none beside it. */
export async function isProductsRole(
  send: AzureSend,
  settings: RoleSettings,
  owner: RoleOwner,
): Promise<boolean> {
  const given = await assignmentsOf(send, settings, owner);
  const own = ownAssignment(settings, owner);
  return given.length === 1 && given.every((one) => isSame(one, own));
}

/** The identity's at the vault, above it and below it; and on the key those of everybody. */
async function assignmentsOf(
  send: AzureSend,
  settings: RoleSettings,
  { tenantId, principalId }: RoleOwner,
): Promise<RoleAssignment[]> {
  const scope = keyScopeOf(settings, tenantId);
  const ofIdentity = await list(
    send,
    tenantId,
    settings.vaultId,
    `principalId eq '${principalId}'`,
  );
  const atKey = await list(send, tenantId, scope, 'atScope()');
  const ofOthers = atKey.filter(
    ({ properties }) =>
      isSameId(properties.scope, scope) && !isSameId(properties.principalId, principalId),
  );
  return [...ofIdentity, ...ofOthers];
}

async function list(
  send: AzureSend,
  tenantId: string,
  scope: string,
  filter: string,
): Promise<RoleAssignment[]> {
  const answer = await send({
    service,
    method: 'GET',
    path: roleAssignmentPath(scope, '', `&$filter=${encodeURIComponent(filter)}`),
    operation: { name: 'GET role-assignment', tenantId },
  });
  return shapeOf(assignments, done(answer).body).value;
}

async function removeAll(
  send: AzureSend,
  settings: RoleSettings,
  tenantId: string,
  given: readonly RoleAssignment[],
): Promise<void> {
  for (const { name, properties } of given) {
    if (!isInVault(settings, properties.scope)) continue;
    await remove(send, {
      service,
      path: roleAssignmentPath(properties.scope, `/${encodeURIComponent(name)}`),
      operation: { name: 'DELETE role-assignment', tenantId },
    });
  }
}

const isInVault = ({ vaultId }: RoleSettings, scope: string): boolean =>
  `${scope}/`.toLowerCase().startsWith(`${vaultId}/`.toLowerCase());

const isSame = (
  { name, properties: { scope, roleDefinitionId } }: RoleAssignment,
  own: ReturnType<typeof ownAssignment>,
): boolean =>
  name === own.name &&
  isSameId(scope, own.scope) &&
  isSameId(roleDefinitionId, own.roleDefinitionId);

/** Azure compares its ids without regard to case. */
const isSameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
