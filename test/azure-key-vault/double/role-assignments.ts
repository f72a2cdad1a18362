/** Role assignments, api-version 2022-04-01 (learn.microsoft.com/rest/api/authorization/role-assignments). */

import { type Asking, armRefusal, type ResourceManagerParts } from './arm.ts';
import type { Attributes } from './condition.ts';
import { isWithin, type RoleAssignment } from './rbac.ts';
import { type Answer, type Call, jsonOf } from './serve.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const type = 'Microsoft.Authorization/roleAssignments';

export function roleAssignments(
  parts: ResourceManagerParts,
  asking: Asking,
  call: Call,
): Answer | undefined {
  const found = /^(.*)\/providers\/Microsoft\.Authorization\/roleAssignments(?:\/([^/]+))?$/i.exec(
    call.path,
  );
  if (found === null) return undefined;
  const [, scope = '', name] = found;
  if (name === undefined) {
    asking.require(`${type}/read`, scope);
    return listed(parts, call, scope);
  }
  const current = parts.rbac.assignments().find((one) => one.name === name.toLowerCase());
  if (call.method === 'PUT')
    return put(parts, asking, call, { scope, name: name.toLowerCase() }, current);
  if (call.method === 'GET') {
    asking.require(`${type}/read`, scope);
    if (current === undefined)
      throw armRefusal(
        404,
        'RoleAssignmentNotFound',
        `The role assignment '${name}' is not found.`,
      );
    return { status: 200, body: shown(current) };
  }
  if (call.method !== 'DELETE')
    throw armRefusal(501, 'NotInTheDouble', `The double has no ${call.method} ${call.path}.`);
  asking.require(`${type}/delete`, scope, { resource: current && attributesOf(current) });
  if (current === undefined) return { status: 204 };
  parts.rbac.unassign(current.name);
  return { status: 200, body: shown(current) };
}

const attributesOf = ({
  roleDefinitionId,
  principalId,
  principalType,
}: RoleAssignment): Attributes => ({
  RoleDefinitionId: roleDefinitionId,
  PrincipalId: principalId,
  PrincipalType: principalType,
});

function put(
  parts: ResourceManagerParts,
  asking: Asking,
  call: Call,
  at: { readonly scope: string; readonly name: string },
  current: RoleAssignment | undefined,
): Answer {
  const asked = { ...at, ...assignmentOf(call) };
  asking.require(`${type}/write`, at.scope, {
    request: attributesOf(asked),
    resource: current && attributesOf(current),
  });
  if (!guid.test(at.name))
    throw armRefusal(
      400,
      'InvalidRoleAssignmentId',
      'The role assignment ID is not valid. It must be a GUID.',
    );
  if (!parts.rbac.isDefined(asked.roleDefinitionId))
    throw armRefusal(
      400,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${asked.roleDefinitionId}' does not exist.`,
    );
  if (!parts.directory.isPrincipal(asked.principalId))
    throw armRefusal(
      400,
      'PrincipalNotFound',
      `Principal ${asked.principalId} does not exist in the directory ${parts.entraTenantId}.`,
    );
  if (current !== undefined) return again(current, asked);
  if (parts.rbac.assignments().some((one) => isSame(one, asked)))
    throw armRefusal(409, 'RoleAssignmentExists', 'The role assignment already exists.');
  if (parts.rbac.assignments().length >= parts.mostAssignments())
    throw armRefusal(
      400,
      'RoleAssignmentLimitExceeded',
      'No more role assignments can be created for this subscription.',
    );
  return { status: 201, body: shown(parts.rbac.assign(asked)) };
}

/** A name is one for all scopes of a directory. */
function again(current: RoleAssignment, asked: RoleAssignment): Answer {
  if (isSame(current, asked)) return { status: 200, body: shown(current) };
  throw armRefusal(
    400,
    'RoleAssignmentUpdateNotPermitted',
    'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
  );
}

const isSame = (one: RoleAssignment, other: RoleAssignment) =>
  one.scope.toLowerCase() === other.scope.toLowerCase() &&
  one.principalId === other.principalId &&
  one.roleDefinitionId === other.roleDefinitionId;

function assignmentOf(call: Call): Omit<RoleAssignment, 'name' | 'scope'> {
  const { properties } = jsonOf(call, 'InvalidRequestContent');
  const {
    roleDefinitionId,
    principalId,
    principalType = 'ServicePrincipal',
    condition,
  } = (properties ?? {}) as Record<string, unknown>;
  const role = /\/providers\/Microsoft\.Authorization\/roleDefinitions\/([0-9a-f-]{36})$/i.exec(
    String(roleDefinitionId),
  )?.[1];
  if (role === undefined || typeof principalId !== 'string')
    throw armRefusal(
      400,
      'InvalidRequestContent',
      'roleDefinitionId, an id of ARM, and principalId are required.',
    );
  return {
    roleDefinitionId: role.toLowerCase(),
    principalId,
    principalType: String(principalType),
    ...(typeof condition === 'string' && { condition }),
  };
}

/** Without a filter: those at the scope, above it and below it. */
function listed({ rbac }: ResourceManagerParts, { query }: Call, scope: string): Answer {
  const filter = query.get('$filter') ?? '';
  const [, principal] = /^(?:principalId eq|assignedTo\()\s*'([^']+)'\)?$/.exec(filter) ?? [];
  if (filter !== '' && filter !== 'atScope()' && principal === undefined)
    throw armRefusal(501, 'NotInTheDouble', `The double has no filter ${filter}.`);
  const value = rbac
    .assignments()
    .filter(
      (one) => isWithin(scope, one.scope) || (filter !== 'atScope()' && isWithin(one.scope, scope)),
    )
    .filter(({ principalId }) => principal === undefined || principalId === principal);
  return { status: 200, body: { value: value.map(shown) } };
}

const shown = ({
  name,
  scope,
  roleDefinitionId,
  principalId,
  principalType,
  condition,
}: RoleAssignment) => ({
  id: `${scope}/providers/${type}/${name}`,
  name,
  type,
  properties: {
    roleDefinitionId: `/subscriptions/${scope.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`,
    principalId,
    principalType,
    scope,
    ...(condition !== undefined && { condition, conditionVersion: '2.0' }),
  },
});
