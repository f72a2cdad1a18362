/**
 * Which tenant's session a token opens. Invariant: it is the token's own tenant's, and the token has a scope of that
 * plane's routes. A token without a tenant opens a session only to read events, of whatever tenant its bearer names.
 */
import { routes } from '../../contract/routes.ts';
import type { SessionPlane } from '../../contract/session-broker.ts';
import type { Permissions } from './permissions.ts';

/**
 * @param wanted the tenant whose session is asked for
 * @returns whether the token opens it
 */
export function opensSession(
  permissions: Permissions | undefined,
  plane: SessionPlane,
  wanted: string,
): boolean {
  if (permissions === undefined) return false;
  const { scopes, tenantId } = permissions;
  const isTenants = tenantId === undefined ? plane === 'audit' : tenantId === wanted;
  return isTenants && scopesOf[plane].some((scope) => scopes.has(scope));
}

const scopesOfPlane = (plane: SessionPlane) =>
  routes.filter((route) => route.plane === plane).flatMap(({ scopes }) => scopes);

const scopesOf = { crypto: scopesOfPlane('crypto'), audit: scopesOfPlane('audit') } as const;
