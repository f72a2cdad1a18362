/**
 * What a token may do. Invariant: a token is one tenant's or nobody's, never both, and no scope counts for both. One
 * that has the tenant claim, with whatever value, never reaches the control plane; one without it, or with a value
 * that names no tenant, never reaches the data plane. So a claim that is lost takes rights and gives none. An issuer
 * gives no scope and speaks for no tenant that it is not configured for; one for certain tenants has no administrators.
 */
import { tenantIdOf } from '../../contract/external-tenant-id.ts';
import { type IssuerSettings, scopesOfAllTenants, scopesOfTenant } from '../../contract/issuers.ts';
import type { Scope } from '../../contract/routes.ts';
import { type Claims, claimAt } from './claims.ts';
import type { PermissionRefusal } from './refusals.ts';
import { claimedScopes } from './scopes.ts';

export interface Permissions {
  readonly scopes: ReadonlySet<Scope>;
  /** the one tenant that they are for; absent for an administrator or an auditor: for all tenants */
  readonly tenantId?: string;
}

export interface Granted {
  /** undefined where the token permits nothing here */
  readonly permissions: Permissions | undefined;
  /** why it permits nothing */
  readonly refusal?: PermissionRefusal;
  /** whether it has the tenant claim, with whatever value */
  readonly namesTenant: boolean;
  /** the scopes that a token of its kind, of its issuer, could have */
  readonly grantable: readonly Scope[];
}

/** @param claims of a token of that issuer, verified */
export function permissionsOf(claims: Claims, settings: IssuerSettings): Granted {
  const { namesTenant, id, refusal } = tenantOf(claims, settings);
  const { scopes: ofIssuer, tenants } = settings;
  const ofItsKind: readonly Scope[] = namesTenant
    ? scopesOfTenant
    : tenants === undefined
      ? scopesOfAllTenants
      : [];
  const grantable = ofItsKind.filter((scope) => ofIssuer?.includes(scope) ?? true);
  const refused = (why: PermissionRefusal): Granted => ({
    permissions: undefined,
    refusal: why,
    namesTenant,
    grantable,
  });
  if (refusal !== undefined) return refused(refusal);
  const claimed = new Set(claimedScopes(claims, settings).map(({ scope }) => scope));
  const scopes = new Set<Scope>(grantable.filter((scope) => claimed.has(scope)));
  if (scopes.size === 0) return refused('no-scope');
  const permissions = { scopes, ...(id !== undefined && { tenantId: id }) };
  return { permissions, namesTenant, grantable };
}

interface TokenTenant {
  readonly namesTenant: boolean;
  readonly id?: string;
  readonly refusal?: PermissionRefusal;
}

function tenantOf(claims: Claims, { tenantClaim, tenants }: IssuerSettings): TokenTenant {
  // The settings have one tenant then, and no pattern.
  if (tenantClaim === undefined) return { namesTenant: true, id: tenants?.[0] as string };
  const { isThere, value } = claimAt(claims, tenantClaim);
  if (!isThere) return { namesTenant: false, ...(tenants && { refusal: 'no-tenant' }) };
  const id = tenantIdOf(value);
  if (id === undefined) return { namesTenant: true, refusal: 'bad-tenant' };
  if (!mayNameIt(tenants, id)) return { namesTenant: true, refusal: 'foreign-tenant' };
  return { namesTenant: true, id };
}

const mayNameIt = (tenants: readonly string[] | undefined, id: string): boolean =>
  tenants?.some((one) => (one.endsWith('*') ? id.startsWith(one.slice(0, -1)) : id === one)) ??
  true;
