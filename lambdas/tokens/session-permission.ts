/**
 * Which tenant's session a token opens. Invariant: it is the token's own tenant's, and the token has a scope of that
 * plane's routes. A token without a tenant opens a session only to read events, of whatever tenant its bearer names, or
 * of all; and one that names a tenant none of all.
 */
import { type Plane, routes, type Scope } from '../../contract/routes.ts';
import type { SessionPlane } from '../../contract/session-broker.ts';
import type { Permissions } from './permissions.ts';

/**
 * @param wanted the tenant whose session is asked for; undefined for one that is no tenant's
 * @returns whether the token opens it
 */
export function opensSession(
  permissions: Permissions | undefined,
  plane: SessionPlane,
  wanted: string | undefined,
): boolean {
  if (permissions === undefined) return false;
  const { scopes, tenantId } = permissions;
  if ((plane === 'audit-all') !== (wanted === undefined)) return false;
  const isTenants = tenantId === undefined ? plane !== 'crypto' : tenantId === wanted;
  return isTenants && scopesOf[plane].some((scope) => scopes.has(scope));
}

/**
 * Whether the bearer may have a tenant's key in another account tried. Who onboards tenants may; no session is given out for it.
 * @param permissions undefined for a token that may do nothing here
 */
export const asksForChallenge = (permissions: Permissions | undefined): boolean =>
  permissions?.tenantId === undefined && permissions?.scopes.has('tenant-keys/admin') === true;

/** Of the routes that such a session is for. */
const scopesFor = (plane: Plane, isForOne: boolean) =>
  routes
    .filter((route) => route.plane === plane && route.path.includes('{tenantId}') === isForOne)
    .flatMap(({ scopes }): readonly Scope[] => scopes);

const scopesOf: Readonly<Record<SessionPlane, readonly Scope[]>> = {
  crypto: scopesFor('crypto', true),
  audit: scopesFor('audit', true),
  'audit-all': scopesFor('audit', false),
};
