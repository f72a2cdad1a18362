/**
 * What a token may do. Invariant: a token is a tenant's or an administrator's, never both: one that names a
 * tenant, in whatever form, never reaches the control plane, and one that names none, or none that there
 * could be, never reaches the data plane.
 */
import type { Scope } from '../http/routes.ts';
import { tenantId } from '../tenant/tenant-id.ts';
import type { Claims } from './token.ts';

export type Rights =
  | { readonly scope: 'tenant-keys/admin' }
  | { readonly scope: 'tenant-keys/crypto'; readonly tenantId: string };

const admin = 'tenant-keys/admin' satisfies Scope;
const crypto = 'tenant-keys/crypto' satisfies Scope;

/** @returns undefined where the token gives no right to anything here */
export function rightsOf(claims: Claims, tenantClaim: string): Rights | undefined {
  const scopes = scopesOf(claims);
  if (!Object.hasOwn(claims, tenantClaim)) {
    return scopes.has(admin) ? { scope: admin } : undefined;
  }
  const parsed = tenantId.safeParse(claims[tenantClaim]);
  if (!parsed.success || !scopes.has(crypto)) return undefined;
  return { scope: crypto, tenantId: parsed.data };
}

/** `scope` as RFC 8693 section 4.2 has it; `scp` as Okta (a list) and Entra ID (a text) write it. */
function scopesOf({ scope, scp }: Claims): Set<string> {
  const listed = Array.isArray(scp) ? scp : [scp];
  return new Set(
    [scope, ...listed].flatMap((value) => (typeof value === 'string' ? value.split(' ') : [])),
  );
}
