/** Tokens of the product's own issuer, in a store that the block has set up with the documented values for them. */
import { ownIssuerVariables } from '../../local/vault-setup-block.ts';
import type { Tokens } from './store.ts';

const subjectOf = (tenant: string) => `tenant:${tenant}`;

const { issuer: _, ...variables } = ownIssuerVariables();

export const ownTokens: Tokens = {
  variables,
  tenantClaim: '/TenantId',
  subjects: {
    'control-plane': 'function:control-plane',
    reconciler: 'function:reconciler',
    observer: 'function:reconciler',
    certificates: 'function:certificates',
  },
  subjectOf,
  claimsOf: (tenant) => ({ sub: subjectOf(tenant), own: { TenantId: tenant } }),
};
