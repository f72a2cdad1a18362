/** Which statements a proof rests on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { equal, literal } from '../../prove/formula/formula.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import type { StackPolicies } from '../../prove/stack-policies.ts';
import { statementsOf } from '../../prove/statements.ts';
import { otherPrincipals } from '../../prove/theorems/callers.ts';
import { pinned } from '../../prove/theorems/pinned.ts';
import { requestOf } from '../../prove/theorems/request-of.ts';
import type { Theorem } from '../../prove/theorems/theorem.ts';
import { deployedPolicies } from './deployed-policies.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  solver = await z3();
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

/** That no other principal of the account may do something to a tenant's key. */
const nobodyElse = (action: string, isPinned = false): Theorem => ({
  id: 'test',
  sentence: `Nobody else does ${action}.`,
  questions: (of) => {
    const request = requestOf({ caller: otherPrincipals(of), resource: of.tenantKeyPolicy });
    const isAction = equal(request.action, literal(action));
    const counterexample = [request.isAllowed, isAction];
    return [
      {
        about: 'another',
        request,
        counterexample: isPinned
          ? [...counterexample, ...pinned(otherPrincipals(of), of)]
          : counterexample,
      },
    ];
  },
});

test('a Deny, or the conditions of an Allow', async () => {
  const [found, ...more] = (await statementsOf(nobodyElse('kms:decrypt'), stack, solver)) ?? [];
  expect(['TenantKey NobodyElseUses', 'TenantKey TenantSessionUses']).toContain(found);
  expect(more).toEqual([]);
});

test('none, where no statement allows it', async () => {
  expect(await statementsOf(nobodyElse('kms:creategrant'), stack, solver)).toEqual([]);
});

test('nothing is said where there is no proof', async () => {
  expect(await statementsOf(nobodyElse('kms:putkeypolicy', true), stack, solver)).toBeUndefined();
});
