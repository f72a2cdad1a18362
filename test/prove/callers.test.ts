/** Everybody who can send a request is one of the callers, and each of them is possible. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { equal, literal, text, variablesOf } from '../../prove/formula/formula.ts';
import { policyOf } from '../../prove/formula/policy.ts';
import { scriptOf } from '../../prove/formula/smt-lib.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import type { StackPolicies, StackRole } from '../../prove/stack-policies.ts';
import { everybody, sessionsOf } from '../../prove/theorems/callers.ts';
import { pinned } from '../../prove/theorems/pinned.ts';
import { requestOf } from '../../prove/theorems/request-of.ts';
import { deployedPolicies } from './deployed-policies.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  solver = await z3(5000);
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

/** A solver is slow to find free texts. */
const is = (part: string, value: string) => equal(text(`request ${part}`), literal(value));
const stranger = [
  is('caller', 'arn:aws:iam::999999999999:root'),
  is('aws:principalarn', 'arn:aws:iam::999999999999:root'),
  is('aws:principalaccount', '999999999999'),
];

/** Who can do something to a key with this statement alone. */
async function whoMay(statement: object): Promise<string[]> {
  const Statement = [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', ...statement }];
  const resource = policyOf('Open', { Version: '2012-10-17', Statement });
  const found: string[] = [];
  for (const caller of everybody(stack)) {
    const request = requestOf({ caller, resource, identity: 'anything', action: 'kms:decrypt' });
    const fixed = [
      ...pinned(caller, stack),
      ...(/another account/.test(caller.title) ? stranger : []),
    ];
    const { verdict } = await solver.check(scriptOf([request.isAllowed, ...fixed]));
    if (verdict === 'sat') found.push(caller.title);
  }
  return found;
}

const titles = () => everybody(stack).map(({ title }) => title);

test('no fact about a caller contradicts another: each of them may use what is open to all', async () => {
  expect(await whoMay({ Principal: '*' })).toEqual(titles());
});

test('who has no principal is a service, or nobody whom AWS knows', async () => {
  const absent = { Null: { 'aws:PrincipalArn': 'true' } };
  expect(await whoMay({ Principal: '*', Condition: absent })).toEqual([
    'a service of AWS by itself',
    'somebody without credentials',
  ]);
});

test('AWS does not say that its services have no principal: they may have one, but no role', async () => {
  const named = (arn: string) => ({
    Principal: { Service: 'x.amazonaws.com' },
    Condition: { ArnLike: { 'aws:PrincipalArn': arn } },
  });
  expect(await whoMay(named('arn:aws:iam::*:root'))).toEqual(['a service of AWS by itself']);
  expect(await whoMay(named(stack.role('TenantRole').arn))).toEqual([]);
});

describe('the tags of a session are free where its trust policy lets anybody pass tags', () => {
  const role = (Action: object): StackRole => ({
    ...stack.role('DataPlaneRole'),
    trust: policyOf('Trust', {
      Statement: [{ Effect: 'Allow', Principal: { AWS: '1'.repeat(12) }, ...Action }],
    }),
  });
  test.each([
    ['AssumeRole alone', { Action: 'sts:AssumeRole' }, false],
    ['by name', { Action: ['sts:AssumeRole', 'STS:tagsession'] }, true],
    ['by a star', { Action: 'sts:Tag*' }, true],
    ['by a question mark', { Action: 'sts:Tag?ession' }, true],
    ['by all that is not named', { NotAction: 'sts:AssumeRole' }, true],
  ])('%s', (_, action, isFree) => {
    const caller = sessionsOf(role(action), stack);
    const tag = 'request has aws:principaltag/tenantid';
    const { isAllowed } = requestOf({ caller, identity: 'anything' });
    expect(variablesOf([isAllowed]).has(tag)).toBe(!isFree);
  });
});
