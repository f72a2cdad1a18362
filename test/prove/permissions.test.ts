/** What each role may do is what the list says: as deployed, and where a policy is changed by one thing. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Policy, Statement } from '../../prove/formula/policy.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import { type StackPolicies, type StackRole, titled } from '../../prove/stack-policies.ts';
import { deployedPolicies } from './deployed-policies.ts';
import { differences } from './permission-differences.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  // What one question finds may be unknown to another.
  solver = await z3(3000);
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

type Change = (statement: Statement) => readonly Statement[];

/** The stack with the statements of one role's policies changed. */
function changed(title: string, change: Change, more: readonly Statement[] = []): StackPolicies {
  const careless: Policy = { name: 'Careless', statements: more };
  const roles = stack.roles.map((role): StackRole => {
    if (role.title !== title) return role;
    const policies = role.policies.map((policy) => ({
      ...policy,
      statements: policy.statements.flatMap(change),
    }));
    return { ...role, policies: [...policies, careless] };
  });
  return { ...stack, roles, role: (of) => titled(roles, of) };
}

const unchanged: Change = (statement) => [statement];
const only =
  (sid: string, change: (statement: Statement) => readonly Statement[]): Change =>
  (statement) =>
    statement.Sid === sid ? change(statement) : [statement];
const without = (sid: string): Change => only(sid, () => []);
const unconditional = (sid: string): Change =>
  only(sid, ({ Condition: _, ...statement }) => [statement]);
const withoutCondition = (sid: string, operator: string, key: string): Change =>
  only(sid, ({ Condition, ...statement }) => {
    const conditions = structuredClone(Condition) as Record<string, Record<string, unknown>>;
    delete conditions[operator]?.[key];
    return [{ ...statement, Condition: conditions }];
  });

describe('a guard that is lost opens what is in no list', () => {
  test.each([
    [
      'TenantRole',
      'the tag of the key',
      withoutCondition('UseOwnKey', 'StringEquals', 'aws:ResourceTag/TenantId'),
    ],
    ['TenantRole', 'the partition', withoutCondition('ReadOwnRow', 'Null', 'dynamodb:LeadingKeys')],
    [
      'VolumesRole',
      'the prefix of baselines',
      withoutCondition('KeepBaselines', 'ForAllValues:StringLike', 'dynamodb:LeadingKeys'),
    ],
    [
      'ControlPlaneRole',
      "the new key's tag",
      withoutCondition('CreateTenantKey', 'StringLike', 'aws:RequestTag/TenantId'),
    ],
    ['ReconcilerRole', 'the source of events', unconditional('TellFindings')],
    ['ReconcilerRole', 'a Deny', without('NoHastyDeletion')],
    ['SessionBrokerRole', 'the Deny outside of its function', without('OnlyInItsFunction')],
    ['ControlPlaneRole', "a Deny that only a key's policy shows", without('NoGrants')],
    ['TenantRole', 'the Deny without a tenant', without('NothingWithoutTenant')],
  ])('%s: %s', async (title, _, change) => {
    const { verdict, sentences } = await differences(title, changed(title, change), solver);
    expect(verdict).toBe('refuted');
    expect(sentences[0]).toMatch(
      new RegExp(`^a session of ${title}.* beyond prove/permissions.json \\(arn`),
    );
    expect(sentences[0]).toMatch(/ does \S+/);
  });
});

describe('a policy that allows more is in no list', () => {
  const allows = (Action: string, Resource: string): Statement => ({
    Effect: 'Allow',
    Action,
    Resource,
  });

  test.each([
    ['AuthorizerRole', 'another action', unchanged, [allows('kms:Decrypt', '*')]],
    ['DataPlaneRole', 'any action of a service', unchanged, [allows('s3:*', '*')]],
    [
      'CertificatesRole',
      'another resource',
      unchanged,
      [allows('dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:111122223333:table/Other')],
    ],
    [
      'AuditRole',
      'every function',
      only('AskSessionBroker', (one) => [{ ...one, Resource: '*' }]),
      [],
    ],
    [
      'AuditTrailLogsRole',
      'every log group',
      only('WriteTrail', (one) => [{ ...one, Resource: '*' }]),
      [],
    ],
    [
      'ApiAccessLogsRole',
      'all but an action',
      unchanged,
      [{ Effect: 'Allow', NotAction: 'kms:*', Resource: '*' }],
    ],
  ] as const)('%s: %s', async (title, _, change, more) => {
    const { verdict, sentences } = await differences(title, changed(title, change, more), solver);
    expect(verdict).toBe('refuted');
    expect(sentences[0]).toContain(`a session of ${title}, beyond prove/permissions.json`);
  });
});

describe('what changes nothing is no difference', () => {
  const tag = { 'aws:PrincipalTag/x': 'a' };
  const never = { StringEquals: tag, StringNotEquals: tag };
  test.each([
    [
      'AuditRole',
      'a statement twice',
      only('AskSessionBroker', (one) => [one, { ...one, Sid: 'Again' }]),
    ],
    [
      'AuditRole',
      'two statements for one',
      only('WriteOwnLogs', (one) =>
        [one.Action].flat().map((Action) => ({ ...one, Action: String(Action) })),
      ),
    ],
    [
      'CertificatesRole',
      'a Deny of what nothing allows',
      only('ReadRows', (one) => [one, { ...one, Effect: 'Deny', Condition: never }]),
    ],
  ])('%s: %s', async (title, _, change) => {
    expect(await differences(title, changed(title, change), solver)).toEqual({
      verdict: 'proved',
      sentences: [],
    });
  });
});
