/** What to do where a token does not allow a request: which token, or which scope. */
import { insufficientScope, type TokenRemedy } from '../../contract/challenge.ts';
import type { Scope } from '../../contract/routes.ts';
import type { Granted } from '../tokens/permissions.ts';
import type { PermissionRefusal } from '../tokens/refusals.ts';

const needs: Readonly<Record<Scope, string>> = {
  'tenant-keys/crypto': 'encryption and decryption need tenant-keys/crypto',
  'tenant-keys/audit': 'the audit needs tenant-keys/audit',
  'tenant-keys/admin': 'changes need tenant-keys/admin',
  'tenant-keys/audit-all': 'reading needs tenant-keys/audit-all or tenant-keys/admin',
};

const tokens = {
  ofTenant: {
    is: "It names a tenant, so it counts on that tenant's paths only",
    other: 'The control plane needs a token that names no tenant.',
  },
  ofNone: {
    is: 'It names no tenant, so it counts on the control plane and for reading audits only',
    other: "A tenant's data needs a token that names that tenant.",
  },
} as const;

/** What is wrong with the token itself, where it takes another one whatever the path. */
const faults: Readonly<Partial<Record<PermissionRefusal, string>>> = {
  'bad-tenant': ' Its tenant claim must be one text of at most 36 bytes, or a whole number.',
  'foreign-tenant': ' Its issuer may not speak for the tenant that it names.',
  'no-tenant': ' Its issuer is for certain tenants only, so it must name one.',
};

/** @param token of which neither the tenant nor the principal is said */
export function tokenRemedy({
  namesTenant,
  permissions,
  refusal,
  grantable,
}: Granted): TokenRemedy {
  const lacking = lackingScopes(grantable, permissions?.scopes ?? new Set());
  const { is, other } = namesTenant ? tokens.ofTenant : tokens.ofNone;
  const there =
    lacking.length === 0 ? '' : `, where ${lacking.map((one) => needs[one]).join(', and ')}`;
  const fault = (refusal && faults[refusal]) ?? '';
  return {
    challenge: insufficientScope(lacking.join(' ')),
    remedy: `${is}${there}.${fault} ${other}`,
  };
}

/** An administrator reads whatever an auditor does. */
const lackingScopes = (grantable: readonly Scope[], held: ReadonlySet<Scope>): readonly Scope[] =>
  held.has('tenant-keys/admin') ? [] : grantable.filter((scope) => !held.has(scope));
