/** What each role of the stack may do, statement by statement. */
import { describe, expect, test } from '@jest/globals';
import { cryptographicActions } from '../../../contract/key-policy.ts';
import {
  arnOf,
  list,
  named,
  ownArn,
  permissionsOf,
  resource,
  type Statement,
  sids,
  synthesizedTemplate,
} from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();
const withoutCanary = await synthesizedTemplate({ canary: false });
const otherwise = await synthesizedTemplate({ deletionWindowInDays: 14 });
const ownTenant = '${aws:PrincipalTag/TenantId}';
const table = arnOf(template, 'AWS::DynamoDB::Table', 'TenantTable');
const everyKey = ownArn('kms', 'key/*');
const dynamodb = {
  'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
};

describe('the tenant role', () => {
  // test/lib/canary/canary.test.ts has its trust of the canary.
  const [, role] = resource(withoutCanary, 'AWS::IAM::Role', 'TenantRole');
  const trust: readonly Statement[] = role.Properties.AssumeRolePolicyDocument.Statement;
  const permissions = permissionsOf(template, 'TenantRole');
  const broker = { AWS: arnOf(template, 'AWS::IAM::Role', 'SessionBrokerRole') };

  test('is assumed by the session broker, in a session named after its tag', () => {
    expect(named(trust, 'SessionIsNamedAfterTenant')).toEqual({
      Sid: 'SessionIsNamedAfterTenant',
      Effect: 'Allow',
      Principal: broker,
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:RequestTag/TenantId}' } },
    });
  });

  test('takes no tag but TenantId', () => {
    expect(named(trust, 'OnlyTagIsTenantId')).toEqual({
      Sid: 'OnlyTagIsTenantId',
      Effect: 'Allow',
      Principal: broker,
      Action: 'sts:TagSession',
      Condition: {
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['TenantId'] },
      },
    });
  });

  test('takes no transitive tag, whoever passes it', () => {
    expect(named(trust, 'NoTagIsPassedOn')).toEqual({
      Sid: 'NoTagIsPassedOn',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: { 'ForAnyValue:StringLike': { 'sts:TransitiveTagKeys': '*' } },
    });
  });

  test('trusts nobody else, for an hour at most', () => {
    expect(sids(trust)).toEqual([
      'SessionIsNamedAfterTenant',
      'OnlyTagIsTenantId',
      'NoTagIsPassedOn',
    ]);
    expect(role.Properties.MaxSessionDuration).toBe(3600);
  });

  test("uses a key whose tags are its own and its stack's, or the canary's, with itself in the encryption context", () => {
    expect(named(permissions, 'UseOwnKey')).toEqual({
      Sid: 'UseOwnKey',
      Effect: 'Allow',
      Action: [
        'kms:Decrypt',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      Resource: everyKey,
      Condition: {
        StringEquals: {
          'aws:ResourceTag/TenantId': ownTenant,
          'aws:ResourceTag/ManagedBy': ['tenant-keys', 'tenant-keys/canary'],
          'kms:EncryptionContext:TenantId': ownTenant,
        },
      },
    });
  });

  test('has the tags and the context condition in every Allow of a KMS action', () => {
    const allows = permissions.filter(
      ({ Effect, Action }) =>
        Effect === 'Allow' && list(Action).some((action) => /^(kms:|\*)/.test(action)),
    );
    expect(allows).not.toHaveLength(0);
    for (const { Condition } of allows) {
      expect(Condition?.StringEquals).toMatchObject({
        'aws:ResourceTag/TenantId': ownTenant,
        'aws:ResourceTag/ManagedBy': ['tenant-keys', 'tenant-keys/canary'],
        'kms:EncryptionContext:TenantId': ownTenant,
      });
    }
  });

  test('gets, counts and puts its own mac keys, and deletes none', () => {
    expect(named(permissions, 'KeepOwnMacKeys')).toEqual({
      Sid: 'KeepOwnMacKeys',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      Resource: arnOf(template, 'AWS::DynamoDB::Table', 'MacKeyTable'),
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [ownTenant] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  });

  test('reads its own row', () => {
    expect(named(permissions, 'ReadOwnRow')).toEqual({
      Sid: 'ReadOwnRow',
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: table,
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [ownTenant] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  });

  test('does nothing without a tenant, and nothing else at all', () => {
    expect(named(permissions, 'NothingWithoutTenant')).toEqual({
      Sid: 'NothingWithoutTenant',
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { Null: { 'aws:PrincipalTag/TenantId': 'true' } },
    });
    expect(sids(permissions)).toEqual([
      'UseOwnKey',
      'ReadOwnRow',
      'KeepOwnMacKeys',
      'NothingWithoutTenant',
    ]);
  });
});

describe('the control plane', () => {
  const permissions = permissionsOf(template, 'ControlPlaneRole');

  test('has these statements and no others', () => {
    expect(sids(permissions)).toEqual([
      'KeepRegistry',
      'CreateTenantKey',
      'TagNewKey',
      'NameKey',
      'FindLostKey',
      'SeeWhetherKeyIsGone',
      'NoPolicyChange',
      'NoCryptography',
      'NoGrants',
      'NoLockoutBypass',
      'NoHastyDeletion',
      'WriteOwnLogs',
    ]);
  });

  test('reads, lists and writes rows, and deletes none', () => {
    expect(named(permissions, 'KeepRegistry')).toEqual({
      Sid: 'KeepRegistry',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan', 'dynamodb:UpdateItem'],
      Resource: table,
    });
  });

  test('makes only keys that have an owner, can rotate and stay in one region', () => {
    expect(named(permissions, 'CreateTenantKey')).toMatchObject({
      Effect: 'Allow',
      Action: 'kms:CreateKey',
      Condition: {
        StringLike: { 'aws:RequestTag/TenantId': '?*' },
        StringEquals: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:KeyOrigin': 'AWS_KMS' },
        Bool: { 'kms:MultiRegion': 'false' },
      },
    });
  });

  test("tags only with the product's tags, and never a key that has an owner, an alias or another type", () => {
    expect(named(permissions, 'TagNewKey')).toMatchObject({
      Effect: 'Allow',
      Action: 'kms:TagResource',
      Resource: everyKey,
      Condition: {
        StringEquals: { 'aws:RequestTag/ManagedBy': 'tenant-keys' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['TenantId', 'ManagedBy'] },
        Null: {
          'aws:ResourceTag/TenantId': 'true',
          'aws:ResourceTag/ManagedBy': 'true',
          'kms:ResourceAliases': 'true',
        },
        StringEqualsIfExists: { 'kms:KeySpec': 'SYMMETRIC_DEFAULT', 'kms:KeyOrigin': 'AWS_KMS' },
        BoolIfExists: { 'kms:MultiRegion': 'false' },
      },
    });
  });

  test("gives aliases under the product's prefix only", () => {
    expect(named(permissions, 'NameKey')).toEqual({
      Sid: 'NameKey',
      Effect: 'Allow',
      Action: 'kms:CreateAlias',
      Resource: ownArn('kms', 'alias/tenant-keys/*'),
    });
  });

  test('lists keys, by which it gets their ids and nothing else', () => {
    expect(named(permissions, 'FindLostKey')).toEqual({
      Sid: 'FindLostKey',
      Effect: 'Allow',
      Action: 'kms:ListKeys',
      Resource: '*',
    });
  });

  test('may describe any key, so that it can tell a deleted key from one that it may not see', () => {
    expect(named(permissions, 'SeeWhetherKeyIsGone')).toEqual({
      Sid: 'SeeWhetherKeyIsGone',
      Effect: 'Allow',
      Action: 'kms:DescribeKey',
      Resource: everyKey,
    });
  });

  test('is denied every cryptographic action that does not come through DynamoDB', () => {
    expect(named(permissions, 'NoCryptography')).toEqual({
      Sid: 'NoCryptography',
      Effect: 'Deny',
      Action: [...cryptographicActions].sort(),
      Resource: '*',
      Condition: { StringNotEquals: { 'kms:ViaService': dynamodb } },
    });
  });

  test('is denied grants and the bypass of the lockout check', () => {
    expect(named(permissions, 'NoGrants')).toEqual({
      Sid: 'NoGrants',
      Effect: 'Deny',
      Action: 'kms:CreateGrant',
      Resource: '*',
    });
    expect(named(permissions, 'NoLockoutBypass')).toEqual({
      Sid: 'NoLockoutBypass',
      Effect: 'Deny',
      Action: ['kms:CreateKey', 'kms:PutKeyPolicy'],
      Resource: '*',
      Condition: { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } },
    });
  });

  test('is denied to change the policy of a key that has an owner, but not where it makes one', () => {
    expect(named(permissions, 'NoPolicyChange')).toEqual({
      Sid: 'NoPolicyChange',
      Effect: 'Deny',
      Action: 'kms:PutKeyPolicy',
      Resource: '*',
      Condition: {
        Null: { 'aws:ResourceTag/TenantId': 'false', 'aws:RequestTag/TenantId': 'true' },
      },
    });
  });

  test.each([
    [template, '30'],
    [otherwise, '14'],
  ])('is denied a deletion sooner than configured: %#', (synthesized, days) => {
    const denial = named(permissionsOf(synthesized, 'ControlPlaneRole'), 'NoHastyDeletion');
    expect(denial).toEqual({
      Sid: 'NoHastyDeletion',
      Effect: 'Deny',
      Action: 'kms:ScheduleKeyDeletion',
      Resource: '*',
      Condition: { NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': days } },
    });
  });
});

describe('the data plane, the audit function, the session broker and the authorizer', () => {
  const broker = arnOf(template, 'AWS::Lambda::Function', 'FunctionsSessionBroker');

  test.each(['DataPlaneRole', 'AuditRole'])(
    '%s asks the session broker, writes its log, and can do nothing else',
    (role) => {
      const permissions = permissionsOf(template, role);
      expect(sids(permissions)).toEqual(['WriteOwnLogs', 'AskSessionBroker']);
      expect(named(permissions, 'AskSessionBroker')).toEqual({
        Sid: 'AskSessionBroker',
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: broker,
      });
    },
  );

  test("the broker's role opens the sessions that it is there for, from within its function only", () => {
    const permissions = permissionsOf(template, 'SessionBrokerRole');
    expect(sids(permissions).toSorted()).toEqual([
      'OnlyInItsFunction',
      'OpenSessions',
      'WriteOwnLogs',
    ]);
    expect(named(permissions, 'OpenSessions')).toEqual({
      Sid: 'OpenSessions',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource: ['AllEventsReaderRole', 'AuditReaderRole', 'TenantRole'].map((role) =>
        arnOf(template, 'AWS::IAM::Role', role),
      ),
    });
    expect(named(permissions, 'OnlyInItsFunction')).toEqual({
      Sid: 'OnlyInItsFunction',
      Effect: 'Deny',
      Action: 'sts:*',
      Resource: '*',
      Condition: { ArnNotEquals: { 'lambda:SourceFunctionArn': broker } },
    });
  });

  test("the authorizer's role writes its log, and can do nothing else", () => {
    expect(sids(permissionsOf(template, 'AuthorizerRole'))).toEqual(['WriteOwnLogs']);
  });

  test.each([
    ['AuthorizerRole', 'FunctionsAuthorizerLogs'],
    ['ControlPlaneRole', 'FunctionsTenantsLogs'],
    ['DataPlaneRole', 'FunctionsCryptoLogs'],
    ['AuditRole', 'FunctionsAuditLogs'],
    ['SessionBrokerRole', 'FunctionsSessionBrokerLogs'],
    ['CertificatesRole', 'FunctionsCertificatesLogs'],
    ['ReconcilerRole', 'FunctionsReconcilerLogs'],
  ])('%s writes into its own log group only', (role, logs) => {
    expect(named(permissionsOf(template, role), 'WriteOwnLogs')).toEqual({
      Sid: 'WriteOwnLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: arnOf(template, 'AWS::Logs::LogGroup', logs),
    });
  });
});
