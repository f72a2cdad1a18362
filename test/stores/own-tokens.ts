/** Tokens of the product's own issuer, in a store that the block has set up with the documented values for them. */
import { readFileSync } from 'node:fs';
import type { SetupVariables } from '../../local/vault-setup-block.ts';
import type { Tokens } from './store.ts';

/** @throws Error where docs/key-stores/vault.md has no such block */
export function documentedVariables(): Partial<SetupVariables> {
  const page = readFileSync('docs/key-stores/vault.md', 'utf8');
  const block = /^```sh\n(# of the stack: the URL of its API.*?)^```/ms.exec(page)?.[1];
  if (block === undefined) throw new Error('the page has no values for our own issuer');
  const lines = block.matchAll(/^(\w+)=(.*)$/gm);
  const { issuer: _, ...variables } = Object.fromEntries(
    [...lines].map(([, name, value]) => [name, value]),
  );
  return variables as Partial<SetupVariables>;
}

const subjectOf = (tenant: string) => `tenant:${tenant}`;

export const ownTokens: Tokens = {
  variables: documentedVariables(),
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
