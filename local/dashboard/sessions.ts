/** Everybody who could ask KMS for a key: the rows of the matrix. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { Caller } from '../iam/caller.ts';
import type { Role } from '../sts/role.ts';
import { sessionOf } from '../sts/session.ts';
import type { Template } from '../template/template.ts';

export interface Session {
  /** one of a kind, and the same at each look */
  readonly id: string;
  readonly kind: 'tenant' | 'untagged' | 'role' | 'operator';
  /** for a person */
  readonly name: string;
  readonly caller: Caller;
  /** that the session's tag names */
  readonly tenantId?: string;
}

interface NamedRole {
  readonly name: string;
  readonly role: Role;
}

/** No tenant id has an underscore, so none is taken for these. */
const sessionName = 'local_page';

/** @returns the sessions that there are whatever tenants there are */
export function standingSessions(
  template: Template,
  roles: ReadonlyMap<string, Role>,
  operator: Caller,
): Session[] {
  const named = namedRoles(template, roles);
  return [
    ...named.filter(isTenantRole).map(({ name, role }) => ({
      id: 'untagged',
      kind: 'untagged' as const,
      name,
      caller: sessionOf(role, sessionName),
    })),
    ...named
      .filter((candidate) => !isTenantRole(candidate))
      .map(({ name, role }) => ({
        id: `role/${role.name}`,
        kind: 'role' as const,
        name,
        caller: sessionOf(role, sessionName),
      })),
    { id: 'operator', kind: 'operator', name: 'operator', caller: operator },
  ];
}

/** @returns a session as the data plane makes it for each tenant */
export function tenantSessions(
  template: Template,
  roles: ReadonlyMap<string, Role>,
  tenantIds: readonly string[],
): Session[] {
  const found = namedRoles(template, roles).find(isTenantRole);
  if (found === undefined) return [];
  return tenantIds.map((tenantId) => ({
    id: `tenant/${tenantId}`,
    kind: 'tenant',
    name: tenantId,
    tenantId,
    caller: sessionOf(found.role, tenantId, { [tenantIdTag]: tenantId }),
  }));
}

const isTenantRole = ({ name }: NamedRole): boolean => name === 'TenantRole';

/** @returns the roles by their logical ids, without the hash that CDK puts behind each */
function namedRoles(template: Template, roles: ReadonlyMap<string, Role>): NamedRole[] {
  return template.ofType('AWS::IAM::Role').flatMap(({ logicalId }) => {
    const role = roles.get(template.identity(logicalId).attributes.Arn as string);
    const name = logicalId.replace(/[0-9A-F]{8}$/, '');
    return role === undefined ? [] : [{ name, role }];
  });
}
