/** What the canary is in the template, and what it may do there. */
import { describe, expect, test } from '@jest/globals';
import { canaryTenants } from '../../../contract/canary-tenants.ts';
import { keyPolicy } from '../../../contract/key-policy.ts';
import { readKeys } from '../../../local/kms/template.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import {
  arnOf,
  list,
  named,
  permissionsOf,
  resource,
  resourcesOf,
  type Statement,
  sids,
  synthesizedTemplate,
} from '../../harness/synthesized.ts';
import { unauthorizedCallsPatternOf } from '../../harness/unauthorized-calls.ts';

const template = await synthesizedTemplate();
const deployed = readTemplate({ ...template }, localAccount);
const keys = resourcesOf(template, 'AWS::KMS::Key').filter(([id]) => id.startsWith('CanaryKeys'));
const [roleId, role] = resource(template, 'AWS::IAM::Role', 'CanaryRole');
const sessionRoles = ['AuditReaderRole', 'TenantRole'];
const executionRoles = ['AuditRole', 'DataPlaneRole', 'SessionBrokerRole'];

describe("the canary's keys", () => {
  test('are five, and go with the stack as soon as KMS lets them', () => {
    expect(keys).toHaveLength(5);
    for (const [, key] of keys) {
      expect(key).toMatchObject({
        DeletionPolicy: 'Delete',
        Properties: { PendingWindowInDays: 7, EnableKeyRotation: true },
      });
    }
  });

  test("have a canary tenant's tag and the canary's, so that the product does not take them for a tenant's", () => {
    for (const [id, { Properties }] of keys) {
      const other = id.startsWith('CanaryKeysallow') ? '/another-stack' : '';
      expect(Properties.Tags).toEqual([
        { Key: 'ManagedBy', Value: `tenant-keys/canary${other}` },
        { Key: 'TenantId', Value: expect.stringMatching(/^canary_[ab]$/) },
      ]);
    }
  });

  test("that passes for another stack's leaves canary_a to IAM, which refuses it by that tag alone", () => {
    const statement = policyOf('allow').find(({ Sid }) => Sid === 'NeedsIam');
    const ofEveryTenant = policyOf('a').find(({ Sid }) => Sid === 'TenantSessionUses');
    expect({ ...statement, Sid: 'TenantSessionUses' }).toEqual(ofEveryTenant);
  });

  test('have no alias', () => {
    const aliased = resourcesOf(template, 'AWS::KMS::Alias').map(
      ([, { Properties }]) => Properties.TargetKeyId['Fn::GetAtt'][0],
    );
    expect(keys.map(([id]) => id).filter((id) => aliased.includes(id))).toEqual([]);
  });

  test.each(['a', 'b'])("of canary_%s has the policy of every tenant's", (name) => {
    expect(policyOf(name)).toEqual(
      keyPolicy({
        tenantId: `canary_${name}`,
        ...localAccount,
        tenantRoleArn: roleArn('TenantRole'),
        controlPlaneRoleArn: roleArn('ControlPlaneRole'),
        deletionWindowInDays: 7,
      }).Statement,
    );
  });

  test.each(['iam', 'allow'])('that %s guards has lost the Denies, and no other Allow', (name) => {
    const statements = policyOf(name);
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toEqual([]);
    expect(sids(statements).slice(0, 3)).toEqual([
      'AccountAdministersWithoutUse',
      'ControlPlaneAdministers',
      'TenantSessionUses',
    ]);
  });

  test('give nobody but the account and the control plane the right to change their policies', () => {
    for (const [id] of keys) {
      const putting = policyOf(id.slice('CanaryKeys'.length)).filter(
        ({ Effect, Action }) => Effect === 'Allow' && list(Action).includes('kms:PutKeyPolicy'),
      );
      expect(sids(putting)).toEqual(['AccountAdministersWithoutUse', 'ControlPlaneAdministers']);
    }
  });

  test('give nobody a whole service', () => {
    const allowed = keys.flatMap(([id]) => policyOf(id.slice('CanaryKeys'.length)));
    for (const { Effect, Action } of allowed)
      if (Effect === 'Allow') expect(list(Action)).not.toContain('kms:*');
  });
});

describe("the canary's role", () => {
  const permissions = permissionsOf(template, 'CanaryRole');
  const arns = keys.map(([id]) => ({ 'Fn::GetAtt': [id, 'Arn'] }));

  test('has these statements and no others', () => {
    expect(sids(permissions).toSorted()).toEqual([
      'BecomeCanaryTenant',
      'TryCanaryKeys',
      'WriteOwnLogs',
    ]);
  });

  test('carries the tag of a tenant, as an impostor would', () => {
    expect(role.Properties.Tags).toContainEqual({ Key: 'TenantId', Value: 'canary_b' });
  });

  test("uses and describes the canary's own keys, and no other", () => {
    expect(named(permissions, 'TryCanaryKeys').Resource).toHaveLength(arns.length);
    expect(named(permissions, 'TryCanaryKeys')).toEqual({
      Sid: 'TryCanaryKeys',
      Effect: 'Allow',
      Action: expect.not.arrayContaining([expect.stringMatching(/\*|Put|Create|Tag|Schedule/)]),
      Resource: expect.arrayContaining(arns),
    });
  });

  test("opens sessions of the two roles of which each session is one tenant's, and tries the one that reads all", () => {
    expect(named(permissions, 'BecomeCanaryTenant')).toEqual({
      Sid: 'BecomeCanaryTenant',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource: [...sessionRoles, 'AllEventsReaderRole', ...executionRoles]
        .toSorted()
        .map((prefix) => arnOf(template, 'AWS::IAM::Role', prefix)),
    });
  });

  test.each(executionRoles)(
    'becomes %s without its function, tagged as one of its own',
    (prefix) => {
      const [, { Properties }] = resource(template, 'AWS::IAM::Role', prefix);
      expect(named(Properties.AssumeRolePolicyDocument.Statement, 'CanaryTries')).toEqual({
        Sid: 'CanaryTries',
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::GetAtt': [roleId, 'Arn'] } },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: { 'aws:RequestTag/TenantId': [...canaryTenants] },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['TenantId'] },
        },
      });
    },
  );

  test.each(sessionRoles)(
    'is trusted by %s as the session broker is, but for its two tenants only',
    (prefix) => {
      const [, { Properties }] = resource(template, 'AWS::IAM::Role', prefix);
      const statements = Properties.AssumeRolePolicyDocument.Statement;
      const canary = { 'Fn::GetAtt': [roleId, 'Arn'] };
      expect(sids(statements)).toEqual([
        'SessionIsNamedAfterTenant',
        'OnlyTagIsTenantId',
        'NoTagIsPassedOn',
        'CanaryOpensItsOwnOnly',
        'CanaryAsBrokerOpensItsOwnOnly',
      ]);
      for (const sid of ['SessionIsNamedAfterTenant', 'OnlyTagIsTenantId']) {
        const { AWS: trusted } = named(statements, sid).Principal as { AWS: readonly unknown[] };
        expect(trusted).toHaveLength(2);
        expect(trusted).toContainEqual(canary);
      }
      expect(named(statements, 'CanaryOpensItsOwnOnly')).toEqual({
        Sid: 'CanaryOpensItsOwnOnly',
        Effect: 'Deny',
        Principal: { AWS: canary },
        Action: 'sts:AssumeRole',
        Condition: { StringNotEquals: { 'aws:RequestTag/TenantId': [...canaryTenants] } },
      });
      expect(named(statements, 'CanaryAsBrokerOpensItsOwnOnly')).toEqual({
        Sid: 'CanaryAsBrokerOpensItsOwnOnly',
        Effect: 'Deny',
        Principal: { AWS: arnOf(template, 'AWS::IAM::Role', 'SessionBrokerRole') },
        Action: 'sts:AssumeRole',
        Condition: {
          StringNotEquals: { 'aws:RequestTag/TenantId': [...canaryTenants] },
          StringEquals: { 'aws:PrincipalTag/TenantId': [...canaryTenants] },
        },
      });
    },
  );
});

test('it runs as often as configured', async () => {
  const schedules = (from: typeof template) =>
    resourcesOf(from, 'AWS::Events::Rule')
      .filter(([id]) => id.startsWith('Canary'))
      .map(([, { Properties }]) => Properties.ScheduleExpression);
  expect(schedules(template)).toEqual(['rate(15 minutes)']);
  expect(schedules(await synthesizedTemplate({ canaryEveryMinutes: 1 }))).toEqual([
    'rate(1 minute)',
  ]);
});

describe("for other people's alarms on unauthorized calls", () => {
  test("the canary's role and the pattern without its calls are outputs", () => {
    expect(template.Outputs.CanaryRoleArn?.Value).toEqual({ 'Fn::GetAtt': [roleId, 'Arn'] });
    expect(unauthorizedCallsPatternOf(template)).toMatch(
      /^\{ \(\(\$\.errorCode = "\*UnauthorizedOperation"\) \|\| \(\$\.errorCode = "AccessDenied\*"\)\) && /,
    );
  });

  test('it fits into the 1,024 characters of a pattern, also with the longest names that roles can have', () => {
    const longest = unauthorizedCallsPatternOf(template).replace(
      /assumed-role\/[^/]+/g,
      `assumed-role/${'r'.repeat(64)}`,
    );
    expect(longest.length).toBeLessThanOrEqual(1024);
    expect(longest.match(/assumed-role/g)).toHaveLength(
      1 + sessionRoles.length + executionRoles.length,
    );
  });
});

test('it knows how often it runs', async () => {
  const everyMinutes = async (config = {}) =>
    resource(await synthesizedTemplate(config), 'AWS::Lambda::Function', 'CanaryRun')[1].Properties
      .Environment.Variables.EVERY_MINUTES;
  expect(await everyMinutes()).toBe('15');
  expect(await everyMinutes({ canaryEveryMinutes: 7 })).toBe('7');
});

test('without it nothing of the stack knows of it', async () => {
  const without = await synthesizedTemplate({ canary: false });
  expect(Object.keys(without.Resources).filter((id) => id.startsWith('Canary'))).toEqual([]);
  expect(named(permissionsOf(without, 'TenantRole'), 'UseOwnKey')).toMatchObject({
    Condition: { StringEquals: { 'aws:ResourceTag/ManagedBy': ['tenant-keys'] } },
  });
  expect(JSON.stringify(without).toLowerCase()).not.toContain('canary');
});

function policyOf(name: string): readonly Statement[] {
  const [id = ''] = keys.find(([id]) => id.startsWith(`CanaryKeys${name}`)) ?? [];
  const { ref } = deployed.identity(id);
  return readKeys(deployed).find(({ keyId }) => keyId === ref)?.KeyPolicy
    .Statement as readonly Statement[];
}

function roleArn(prefix: string): string {
  const [id] = resource(template, 'AWS::IAM::Role', prefix);
  return deployed.identity(id).attributes.Arn as string;
}
