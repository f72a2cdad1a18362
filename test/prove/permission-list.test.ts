/** The list of what each role may do: what it says too much or too little is refuted, and how it is written. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { policyOf } from '../../prove/formula/policy.ts';
import { laidOut } from '../../prove/json-layout.ts';
import {
  type Permission,
  type PermissionList,
  type RolePermissions,
  readPermissions,
} from '../../prove/permission-list.ts';
import { permissionsOf } from '../../prove/permission-writer.ts';
import { withArns, withNames } from '../../prove/resource-names.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import { z3 } from '../../prove/solver/z3.ts';
import type { StackPolicies } from '../../prove/stack-policies.ts';
import { deployedPolicies } from './deployed-policies.ts';
import { differences, list } from './permission-differences.ts';

let solver: Solver;
let stack: StackPolicies;
beforeAll(async () => {
  // What one question finds may be unknown to another.
  solver = await z3(3000);
  stack = await deployedPolicies();
});
afterAll(() => solver.close());

describe('a list that says something else', () => {
  const listWith = (
    title: string,
    change: (of: RolePermissions) => RolePermissions,
  ): PermissionList => ({
    ...list,
    [title]: change(list[title] as RolePermissions),
  });
  const byList = (title: string) =>
    new RegExp(`^a session of ${title}.*, by prove/permissions.json and not by its policies`);

  test.each([
    [
      'AuditRole',
      'a permission that the policies do not have',
      { actions: ['s3:GetObject'], resource: '*' },
    ],
    ['AuditRole', 'a resource that is gone', { actions: ['sqs:SendMessage'], resource: '{Gone}' }],
  ])('%s: %s', async (title, _, more) => {
    const by = listWith(title, ({ allowed }) => ({ allowed: [...allowed, more] }));
    const { verdict, sentences } = await differences(title, stack, solver, by);
    expect(verdict).toBe('refuted');
    expect(sentences).toContainEqual(expect.stringMatching(byList(title)));
    expect(sentences).toContainEqual(
      expect.stringMatching(/^not possible: a session of AuditRole by prove/),
    );
  });

  test('a line that another line says already', async () => {
    const by = listWith('AuditRole', ({ allowed }) => ({
      allowed: [
        ...allowed,
        {
          actions: ['lambda:InvokeFunction'],
          resource: '{FunctionsSessionBrokerFunction}',
          when: { Bool: { 'aws:SecureTransport': 'true' } },
        },
      ],
    }));
    const { verdict, sentences } = await differences('AuditRole', stack, solver, by);
    expect(verdict).toBe('refuted');
    expect(sentences).toEqual([
      expect.stringContaining(
        'not possible: a session of AuditRole by prove/permissions.json, and not by another line',
      ),
    ]);
  });

  test.each([
    ['a condition', (one: Permission) => ({ ...one, when: {} })],
    ['what a Deny takes away', ({ unless: _, ...one }: Permission) => one],
  ])('without %s', async (_, change) => {
    const by = listWith('ControlPlaneRole', ({ allowed, ...of }) => ({
      ...of,
      allowed: allowed.map(change),
    }));
    const { verdict, sentences } = await differences('ControlPlaneRole', stack, solver, by);
    expect(verdict).toBe('refuted');
    expect(sentences[0]).toMatch(byList('ControlPlaneRole'));
  });

  test('without a denial', async () => {
    const by = listWith('SessionBrokerRole', ({ allowed }) => ({ allowed }));
    const { verdict, sentences } = await differences('SessionBrokerRole', stack, solver, by);
    expect(verdict).toBe('refuted');
    expect(sentences[0]).toMatch(byList('SessionBrokerRole'));
  });

  test('without a role', async () => {
    const { AuditRole: _, ...others } = list;
    const { verdict, sentences } = await differences('AuditRole', stack, solver, others);
    expect(verdict).toBe('refuted');
    expect(sentences).toContain('not possible: to find AuditRole in prove/permissions.json');
    expect(sentences[0]).toMatch(/^a session of AuditRole, beyond prove/);
  });

  test('with a role that is gone', async () => {
    const by = { ...list, OldRole: { allowed: [] } };
    expect(await differences('OldRole', stack, solver, by)).toEqual({
      verdict: 'refuted',
      sentences: ['not possible: to find OldRole in the template'],
    });
  });

  test.each([
    ['a member that it does not know', '{"AuditRole":{"allowed":[],"unles":[]}}', 'unles'],
    ['no list', '{"AuditRole":[]}', 'AuditRole'],
  ])('%s is refused', (_, text, message) => {
    expect(() => readPermissions(text)).toThrow(message);
  });
});

describe('a condition that is not modelled', () => {
  const from = (network: string) => ({ IpAddress: { 'aws:SourceIp': network } });
  const by: PermissionList = {
    AuthorizerRole: { allowed: [{ actions: ['sqs:*'], resource: '*', when: from('10.0.0.0/8') }] },
  };
  const withCondition = (network: string): StackPolicies => {
    const statement = { Effect: 'Allow', Action: 'sqs:*', Resource: '*', Condition: from(network) };
    const policies = [policyOf('Careless', { Version: '2012-10-17', Statement: statement })];
    const roles = [{ ...stack.role('AuthorizerRole'), policies }];
    return { ...stack, roles };
  };

  test('says the same in list and policy, though nobody knows whether it ever holds', async () => {
    expect(await differences('AuthorizerRole', withCondition('10.0.0.0/8'), solver, by)).toEqual({
      verdict: 'unknown',
      sentences: [],
    });
  });

  test('is another one with another value', async () => {
    const { verdict, sentences } = await differences(
      'AuthorizerRole',
      withCondition('0.0.0.0/0'),
      solver,
      by,
    );
    expect(verdict).toBe('refuted');
    expect(sentences[0]).toMatch(/^a session of AuthorizerRole, beyond.* does sqs:/);
  });
});

test('the list is what --write-permissions writes', async () => {
  const titles = ['AuditReaderRole', 'SessionBrokerRole', 'VolumesRole'];
  const roles = stack.roles.filter(({ title }) => titles.includes(title));
  const written = await permissionsOf({ ...stack, roles }, solver);
  expect(Object.keys(written)).toEqual(titles);
  for (const title of titles) expect(laidOut(written[title])).toBe(laidOut(list[title]));
});

describe('names in a text', () => {
  const names = new Map([
    ['account', '111122223333'],
    ['partition', 'aws'],
    ['region', 'us-east-1'],
    ['Table', 'arn:aws:dynamodb:us-east-1:111122223333:table/T1'],
    ['Tables', 'arn:aws:dynamodb:us-east-1:111122223333:table/T12'],
  ]);

  test.each([
    ['arn:aws:dynamodb:us-east-1:111122223333:table/T12/index/x', '{Tables}/index/x'],
    ['arn:aws:kms:us-east-1:111122223333:key/*', 'arn:{partition}:kms:{region}:{account}:key/*'],
    ['${aws:PrincipalTag/TenantId}', '${aws:PrincipalTag/TenantId}'],
    ['aws:SourceArn', 'aws:SourceArn'],
  ])('%s is %s, and back', (text, named) => {
    expect(withNames({ text: [text] }, names)).toEqual({ text: [named] });
    expect(withArns(named, names)).toBe(text);
  });

  test('a name of nothing stays, and a text that has a name is refused', () => {
    expect(withArns('{Gone}:*', names)).toBe('{Gone}:*');
    expect(() => withNames('{Table}', names)).toThrow('no names for');
  });
});
