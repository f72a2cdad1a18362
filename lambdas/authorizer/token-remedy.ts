/** What to do where a token does not allow a request: which token, or which scope. */
import { insufficientScope, type TokenRemedy } from '../../contract/challenge.ts';
import type { Scope } from '../../contract/routes.ts';
import { grantable } from '../tokens/permissions.ts';
import type { VerifiedToken } from '../tokens/verified-token.ts';

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

/** @param token of which neither the tenant nor the principal is said */
export function tokenRemedy({ namesTenant, permissions }: TokenFacts): TokenRemedy {
  const lacking = lackingScopes(namesTenant, permissions?.scopes ?? new Set());
  const { is, other } = namesTenant ? tokens.ofTenant : tokens.ofNone;
  const there =
    lacking.length === 0 ? '' : `, where ${lacking.map((one) => needs[one]).join(', and ')}`;
  const claim =
    namesTenant && permissions === undefined ? ' Its tenant claim must be a tenant id.' : '';
  return {
    challenge: insufficientScope(lacking.join(' ')),
    remedy: `${is}${there}.${claim} ${other}`,
  };
}

type TokenFacts = Pick<VerifiedToken, 'namesTenant' | 'permissions'>;

/** An administrator reads whatever an auditor does. */
const lackingScopes = (namesTenant: boolean, held: ReadonlySet<Scope>): readonly Scope[] =>
  held.has('tenant-keys/admin') ? [] : grantable(namesTenant).filter((scope) => !held.has(scope));
