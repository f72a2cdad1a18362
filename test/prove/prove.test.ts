/** The theorems hold of the synthesized stack, and of no stack whose guards are off. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localAccount } from '../../local/stack.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import type { StackPolicies } from '../../prove/stack-policies.ts';
import { otherPrincipals } from '../../prove/theorems/callers.ts';
import { pinned } from '../../prove/theorems/pinned.ts';
import { use } from '../../prove/theorems/use.ts';
import { deployedPolicies } from './deployed-policies.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  solver = await z3();
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

/** The stack with statements of the policy of tenants' keys left out. */
const without = (...sids: readonly string[]): StackPolicies => ({
  ...stack,
  tenantKeyPolicy: {
    ...stack.tenantKeyPolicy,
    statements: stack.tenantKeyPolicy.statements.filter(({ Sid = '' }) => !sids.includes(Sid)),
  },
});

describe("whoever uses a tenant's key is that tenant's session", () => {
  test('in the stack as it is deployed', async () => {
    const [proof] = await prove(stack, solver, [use]);
    expect(proof).toMatchObject({ verdict: 'proved', open: [] });
    expect(proof?.questions).toBe(6 * stack.roles.length + 5 * 4 + 3);
  }, 120_000);

  test('and not where the account may use the key and the Denies are lost: a model says who else', async () => {
    const denied = without('NobodyElseUses', 'NeighbourTouchesNothing', 'TenantSessionOnlyUses');
    const careless = {
      Sid: 'Careless',
      Effect: 'Allow',
      Principal: { AWS: localAccount.accountId },
      Action: 'kms:*',
      Resource: '*',
    } as const;
    const open = {
      ...denied,
      tenantKeyPolicy: {
        ...denied.tenantKeyPolicy,
        statements: [...denied.tenantKeyPolicy.statements, careless],
      },
    };
    const other = otherPrincipals(open);
    const questions = use
      .questions(open)
      .filter(({ about }) => about === other.title)
      .map((question) => ({
        ...question,
        counterexample: [...question.counterexample, ...pinned(other, open)],
      }));
    const [proof] = await prove(open, solver, [
      { ...use, questions: () => questions, examples: () => [] },
    ]);
    expect(proof).toMatchObject({ verdict: 'refuted', questions: 1 });
    const model = Object.fromEntries(proof?.open[0]?.model ?? []);
    expect(model['request action']).toMatch(/^kms:/);
    expect(stack.roles.map(({ arn }) => arn)).not.toContain(model['request aws:principalarn']);
  });
});

test('a theorem that asks nothing is not proved', async () => {
  const empty = { id: '0', sentence: 'Nobody can do anything.', questions: () => [] };
  await expect(prove(stack, solver, [empty])).rejects.toThrow('asks nothing');
});
