/** How a key could pass for proved that is not: each attempt is told. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyPolicy } from '../../../contract/key-policy.ts';
import type { Statement } from '../../../prove/formula/policy.ts';
import { keyProver } from '../../../prove/live/key-proofs.ts';
import { type KeyVerdict, verdictOn } from '../../../prove/live/key-verdict.ts';
import type { KeyReading } from '../../../prove/live/tenant-keys.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';
import type { StackPolicies } from '../../../prove/stack-policies.ts';
import { deployedPolicies } from '../deployed-policies.ts';
import { shortUse } from './harness.ts';

let stack: StackPolicies;
let solver: Solver;
beforeAll(async () => {
  [stack, solver] = await Promise.all([deployedPolicies(), z3()]);
});
afterAll(() => solver.close());

const keyId = '00000000-0000-4000-8000-000000000000';
const policyOf = (tenantId: string) =>
  keyPolicy({
    tenantId,
    partition: 'aws',
    accountId: stack.accountId,
    tenantRoleArn: stack.role('TenantRole').arn,
    controlPlaneRoleArn: stack.role('ControlPlaneRole').arn,
    deletionWindowInDays: 30,
  });

const reading = (more: Partial<KeyReading> = {}): KeyReading => ({
  keyId,
  arn: `arn:aws:kms:us-east-1:${stack.accountId}:key/${keyId}`,
  tenants: ['acme'],
  aliased: ['acme'],
  policy: JSON.stringify(policyOf('acme')),
  grants: [],
  unread: [],
  ...more,
});

const verdict = (more?: Partial<KeyReading>): Promise<KeyVerdict> =>
  verdictOn(reading(more), keyProver(stack, [shortUse], solver));

/** @param change of the policy's statements */
const withStatements = (change: (statements: Statement[]) => unknown, tenantId = 'acme') => {
  const { Statement: statements, ...others } = policyOf(tenantId);
  return JSON.stringify({ ...others, Statement: change(statements as Statement[]) });
};

describe('proved is', () => {
  test.each([
    ['the policy of all', {}],
    [
      'of a tenant whose id is a number of its policy',
      { tenants: ['30'], aliased: [], policy: '30' },
    ],
  ])('%s', async (_, { policy, ...more }: Partial<KeyReading>) => {
    const own = policy === undefined ? {} : { policy: JSON.stringify(policyOf(policy)) };
    expect(await verdict({ ...more, ...own })).toMatchObject({ verdict: 'proved', isOfAll: true });
  });

  test('the same in another order, with lists of one, and with a value twice', async () => {
    const policy = withStatements((statements) =>
      statements.toReversed().map((one) => ({
        ...one,
        Action: one.Action && [one.Action, [one.Action].flat()[0]].flat(),
        Resource: [one.Resource],
      })),
    );
    expect(await verdict({ policy })).toMatchObject({ verdict: 'proved', isOfAll: true });
  });

  test('a policy that is stricter, by itself', async () => {
    const more = { Sid: 'No', Effect: 'Deny', Principal: '*', Action: 'kms:Sign', Resource: '*' };
    const policy = withStatements((statements) => [...statements, more]);
    expect(await verdict({ policy })).toMatchObject({ verdict: 'proved', isOfAll: false });
  });
});

describe('refuted is', () => {
  test("another tenant's policy, also where it is one that is proved for its own tenant", async () => {
    const policy = JSON.stringify(policyOf('globex'));
    const { findings, ...rest } = await verdict({ policy });
    expect(rest).toMatchObject({ verdict: 'refuted', isOfAll: false });
    expect(findings.map(({ theorem }) => theorem)).toEqual(['1', undefined]);
  });

  test('a key with a grant, whatever its policy', async () => {
    const grants = [
      { GranteePrincipal: 'arn:aws:iam::111122223333:role/x', Operations: ['Decrypt' as const] },
    ];
    expect(await verdict({ grants })).toMatchObject({
      verdict: 'refuted',
      isOfAll: true,
      findings: [{ theorem: '3', sentence: expect.stringContaining('role/x do Decrypt') }],
    });
  });
});

describe('not known is', () => {
  const hidden = JSON.stringify({ Deny: '${PROVE:tenant}' }).replace('PROVE', '\\u0070rove');
  test.each<[string, Partial<KeyReading>]>([
    ['a key whose tags cannot be read', { tenants: [], aliased: [], unread: ['its tags'] }],
    ['a key whose policy cannot be read', { policy: undefined, unread: ['its policy'] }],
    ['a key whose grants cannot be read', { unread: ['its grants'] }],
    ['a key without a tag', { tenants: [] }],
    ['a key of two tags that IAM takes for one', { tenants: ['acme', 'acme'] }],
    ["a key with another tenant's alias", { aliased: ['acme', 'globex'] }],
    ['a key that may have replicas', { keyId: 'mrk-00000000000040008000000000000000' }],
    ['a policy that is no JSON', { policy: 'x' }],
    ['a policy with a name twice', { policy: '{"Statement":[],"Statement":[]}' }],
    ['a policy with an unknown element', { policy: '{"Statement":[],"Else":[]}' }],
    ['a policy with a name of the proofs', { policy: `{"Id":${hidden},"Statement":[]}` }],
    ['a policy without statements', { policy: '{}' }],
  ])('%s', async (_, more) => {
    const found = await verdict(more);
    expect(found.verdict).toBe('unknown');
    expect(found.findings.length).toBeGreaterThan(0);
  });

  test.each<[string, object]>([
    ['an operator', { Condition: { BinaryEquals: { 'aws:x': 'AAAA' } } }],
    ['a principal by its id', { Principal: { AWS: 'AROAEXAMPLEEXAMPLE000' } }],
    ['NotPrincipal', { NotPrincipal: { AWS: '*' } }],
  ])('%s that the formulas do not know', async (_, part) => {
    const more = { Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*', ...part };
    const policy = withStatements((statements) => [...statements, more]);
    expect(await verdict({ policy })).toMatchObject({ verdict: 'unknown' });
  });
});
