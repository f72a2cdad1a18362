/**
 * What a token may do. Invariant: a token is a tenant's or an administrator's, never both: one that names a
 * tenant, in whatever form, never reaches the control plane, and one that names none, or none that there
 * could be, never reaches the data plane.
 */
import type { Scope } from '../../contract/routes.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import type { Claims } from './token-verifier.ts';

export interface Rights {
  readonly scopes: ReadonlySet<Scope>;
  /** the one tenant that they are for; absent: an administrator's, for all */
  readonly tenantId?: string;
}

/** Whoever may administer every key may know how each was used. */
const ofAdmin: readonly Scope[] = ['tenant-keys/admin', 'tenant-keys/audit'];
const ofAuditor: readonly Scope[] = ['tenant-keys/audit'];
const ofTenant: readonly Scope[] = ['tenant-keys/crypto', 'tenant-keys/audit'];

/** @returns undefined where the token gives no right to anything here */
export function rightsOf(claims: Claims, tenantClaim: string): Rights | undefined {
  const named = scopesOf(claims);
  const granted = (scopes: readonly Scope[]) => new Set(scopes.filter((scope) => named.has(scope)));
  if (!Object.hasOwn(claims, tenantClaim)) {
    if (named.has('tenant-keys/admin')) return { scopes: new Set(ofAdmin) };
    return given(granted(ofAuditor));
  }
  const parsed = tenantId.safeParse(claims[tenantClaim]);
  return parsed.success ? given(granted(ofTenant), parsed.data) : undefined;
}

const given = (scopes: ReadonlySet<Scope>, id?: string): Rights | undefined =>
  scopes.size === 0 ? undefined : { scopes, ...(id !== undefined && { tenantId: id }) };

/** `scope` as RFC 8693 section 4.2 has it; `scp` as Okta (a list) and Entra ID (a text) write it. */
function scopesOf({ scope, scp }: Claims): Set<string> {
  const listed = Array.isArray(scp) ? scp : [scp];
  return new Set(
    [scope, ...listed].flatMap((value) => (typeof value === 'string' ? value.split(' ') : [])),
  );
}
