/**
 * Theorems 6 and 7 notice what opens a path. A solver finds a request fast where action and principal are fixed, so
 * each case asks one question of one action.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { equal, literal, text } from '../../prove/formula/formula.ts';
import type { Policy, Statement } from '../../prove/formula/policy.ts';
import { prove } from '../../prove/prove.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { type StackPolicies, titled } from '../../prove/stack-policies.ts';
import { otherPrincipals } from '../../prove/theorems/callers.ts';
import { pinned } from '../../prove/theorems/pinned.ts';
import { theorems } from '../../prove/theorems/theorems.ts';
import { deployedPolicies } from './deployed-policies.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  solver = await z3();
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

type Change = (statement: Statement) => readonly Statement[];

/** The stack with each statement of its policies changed, and one more in every key's policy. */
function changed(change: Change, more: readonly Statement[] = []): StackPolicies {
  const of = (policy: Policy): Policy => ({
    ...policy,
    statements: policy.statements.flatMap(change),
  });
  const ofKey = (policy: Policy): Policy => ({
    ...policy,
    statements: [...of(policy).statements, ...more],
  });
  const roles = stack.roles.map((role) => ({
    ...role,
    trust: of(role.trust),
    policies: role.policies.map(of),
  }));
  const keys = stack.keys.map((key) => ({ ...key, policy: ofKey(key.policy) }));
  return {
    ...stack,
    roles,
    keys,
    role: (title) => titled(roles, title),
    key: (title) => titled(keys, title),
    tenantKeyPolicy: ofKey(stack.tenantKeyPolicy),
  };
}

const without =
  (...sids: readonly string[]): Change =>
  (statement) =>
    sids.includes(statement.Sid ?? '') ? [] : [statement];
const unconditional =
  (sid: string): Change =>
  ({ Condition, ...statement }) =>
    statement.Sid === sid || Condition === undefined ? [statement] : [{ ...statement, Condition }];
const careless = (): Statement => ({
  Sid: 'Careless',
  Effect: 'Allow',
  Principal: { AWS: stack.accountId },
  Action: 'kms:*',
  Resource: '*',
});

/** @returns the verdict of the theorem's questions about such callers, for that action alone */
async function verdict(id: string, about: RegExp, action: string, of: StackPolicies) {
  const theorem = theorems.find((one) => one.id === id);
  if (theorem === undefined) throw new Error(`no theorem ${id}`);
  const isFixed = [
    equal(text('request action'), literal(action)),
    ...(/another/.test(about.source) ? pinned(otherPrincipals(of), of) : []),
  ];
  const [proof] = await prove(of, solver, [
    {
      ...theorem,
      questions: (changedStack) =>
        theorem
          .questions(changedStack)
          .filter((question) => about.test(question.about))
          .map((question) => ({
            ...question,
            counterexample: [...question.counterexample, ...isFixed],
          })),
      examples: () => [],
    },
  ]);
  expect(proof?.questions).toBeGreaterThan(0);
  return proof?.verdict;
}

describe('certificates', () => {
  test('either lock is enough', async () => {
    const onlyDeny = changed(without(), [careless()]);
    expect(await verdict('6.1', /^another[^,]*:/, 'kms:sign', onlyDeny)).toBe('proved');
    const onlyAllow = changed(without('NobodyElseSigns'));
    expect(await verdict('6.1', /^another[^,]*:/, 'kms:sign', onlyAllow)).toBe('proved');
  });
  test('an administrator signs where both are lost', async () => {
    const open = changed(without('NobodyElseSigns'), [careless()]);
    expect(await verdict('6.1', /^another/, 'kms:sign', open)).toBe('refuted');
    expect(await verdict('7.2', /^another/, 'kms:sign', open)).toBe('refuted');
  });
  test('an administrator grants where NobodyGrants is lost, and the account may do everything', async () => {
    const open = changed(without('NobodyGrants'), [careless()]);
    expect(await verdict('7.3', /^another.*certificate key/, 'kms:creategrant', open)).toBe(
      'refuted',
    );
    expect(await verdict('7.3', /^another.*tenant's key/, 'kms:creategrant', open)).toBe('refuted');
  });
});

describe("the product's key", () => {
  test.each([
    ['TablesThroughDynamoDB', /DataPlaneRole: kms:Decrypt$/, 'kms:decrypt'],
    ['AuditorsReadTrail', /^another/, 'kms:decrypt'],
  ])('is used directly where %s has no condition', async (sid, about, action) => {
    expect(await verdict('6.2', about, action, changed(unconditional(sid)))).toBe('refuted');
  });
  test('is changed by the reconciler where ProductsRolesChangeNothing is lost', async () => {
    const open = changed(without('ProductsRolesChangeNothing'));
    expect(await verdict('6.2', /ReconcilerRole/, 'kms:putkeypolicy', open)).toBe('refuted');
  });
});

describe('audit events', () => {
  test('are written by who keeps baselines, where the condition is lost', async () => {
    const open = changed(unconditional('KeepBaselines'));
    expect(await verdict('6.3', /VolumesRole/, 'dynamodb:putitem', open)).toBe('refuted');
  });
  test('are changed by the indexer, where it may do more than insert', async () => {
    const open = changed((statement) =>
      statement.Sid === 'AddEvents' ? [{ ...statement, Action: 'dynamodb:*' }] : [statement],
    );
    expect(await verdict('6.3', /AuditIndexer/, 'dynamodb:updateitem', open)).toBe('refuted');
  });
});

describe('administrators', () => {
  test('use a key where the account may do everything and NobodyElseUses is lost', async () => {
    const open = changed(without('NobodyElseUses'), [careless()]);
    expect(await verdict('7.1', /^another/, 'kms:decrypt', open)).toBe('refuted');
  });
  test('delete hastily where NobodyDeletesHastily is lost', async () => {
    const open = changed(without('NobodyDeletesHastily'));
    expect(await verdict('7.4', /^another/, 'kms:schedulekeydeletion', open)).toBe('refuted');
  });
  test('open sessions where a trust policy trusts the account', async () => {
    const open = changed((statement) =>
      statement.Sid === 'SessionIsNamedAfterTenant'
        ? [{ ...statement, Principal: { AWS: stack.accountId } }]
        : [statement],
    );
    expect(await verdict('7.5', /^another.*TenantRole/, 'sts:assumerole', open)).toBe('refuted');
  });
  test('what they can is refuted where they cannot', async () => {
    const closed = changed(without('AccountAdministersWithoutUse'));
    const theorem = theorems.find(({ id }) => id === '7.6');
    const [proof] = await prove(closed, solver, theorem && [theorem]);
    expect(proof).toMatchObject({ verdict: 'refuted', questions: 4 });
    expect(proof?.open.map(({ kind }) => kind)).toContain('impossible');
  });
});
