/**
 * What a token may do. Invariant: a token is one tenant's or nobody's, never both, and no scope counts for both. One
 * that has the tenant claim, with whatever value, never reaches the control plane; one without it, or with a value
 * that cannot be a tenant id, never reaches the data plane. So a claim that is lost takes rights and gives none.
 */
import type { Scope, TenantScope } from '../../contract/routes.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import type { Claims } from './token-verifier.ts';

export interface Permissions {
  readonly scopes: ReadonlySet<Scope>;
  /** the one tenant that they are for; absent for an administrator or an auditor: for all tenants */
  readonly tenantId?: string;
}

/** Of a token without a tenant: an administrator's and an auditor's. */
const ofAllTenants: readonly Exclude<Scope, TenantScope>[] = [
  'tenant-keys/admin',
  'tenant-keys/audit-all',
];
const ofTenant: readonly TenantScope[] = ['tenant-keys/crypto', 'tenant-keys/audit'];

/** @returns the scopes that may count for a token, by whether it has the tenant claim */
export const grantable = (namesTenant: boolean): readonly Scope[] =>
  namesTenant ? ofTenant : ofAllTenants;

/** @returns undefined where the token permits nothing here */
export function permissionsOf(claims: Claims, tenantClaim: string): Permissions | undefined {
  const claimed = scopesOf(claims);
  const granted = (scopes: readonly Scope[]) =>
    new Set(scopes.filter((scope) => claimed.has(scope)));
  if (!Object.hasOwn(claims, tenantClaim)) return permissionsFor(granted(ofAllTenants));
  const parsed = tenantId.safeParse(claims[tenantClaim]);
  return parsed.success ? permissionsFor(granted(ofTenant), parsed.data) : undefined;
}

const permissionsFor = (scopes: ReadonlySet<Scope>, id?: string): Permissions | undefined =>
  scopes.size === 0 ? undefined : { scopes, ...(id !== undefined && { tenantId: id }) };

/** `scope` as in RFC 8693 section 4.2; `scp` as Okta (a list) and Entra ID (a text) write it. */
function scopesOf({ scope, scp }: Claims): Set<string> {
  const listed = Array.isArray(scp) ? scp : [scp];
  return new Set(
    [scope, ...listed].flatMap((value) => (typeof value === 'string' ? value.split(' ') : [])),
  );
}
