/** The sessions that could call KMS: the rows of the matrix. */
import { tenantIdTag } from '../../contract/tenant-id.ts';
import type { Caller } from '../iam/caller.ts';
import type { Role } from '../sts/role.ts';
import { sessionOf } from '../sts/session.ts';
import type { Template } from '../template/template.ts';

export interface Session {
  /** unique, and the same each time */
  readonly id: string;
  readonly kind: 'tenant' | 'untagged' | 'role' | 'operator';
  /** as the page shows it */
  readonly name: string;
  readonly caller: Caller;
  /** the tenant in the session's tag */
  readonly tenantId?: string;
}

interface NamedRole {
  readonly name: string;
  readonly role: Role;
}

/** Not a tenant id, since none has an underscore. */
const sessionName = 'local_page';

/** @returns the sessions that do not depend on the tenants */
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

/** @returns what makes a tenant's session as the session broker opens it; none where the template has no tenant role */
export function tenantSessions(
  template: Template,
  roles: ReadonlyMap<string, Role>,
): (tenantId: string) => Session | undefined {
  const found = namedRoles(template, roles).find(isTenantRole);
  return (tenantId) =>
    found && {
      id: `tenant/${tenantId}`,
      kind: 'tenant',
      name: tenantId,
      tenantId,
      caller: sessionOf(found.role, tenantId, { [tenantIdTag]: tenantId }),
    };
}

const isTenantRole = ({ name }: NamedRole): boolean => name === 'TenantRole';

/** @returns the roles with their logical ids, without the hash that CDK appends */
function namedRoles(template: Template, roles: ReadonlyMap<string, Role>): NamedRole[] {
  return template.ofType('AWS::IAM::Role').flatMap(({ logicalId }) => {
    const role = roles.get(template.identity(logicalId).attributes.Arn as string);
    const name = logicalId.replace(/[0-9A-F]{8}$/, '');
    return role === undefined ? [] : [{ name, role }];
  });
}
