/** What the function that finds decrypt anomalies may do, statement by statement. */
import { describe, expect, test } from '@jest/globals';
import {
  arnOf,
  named,
  permissionsOf,
  resource,
  sids,
  synthesizedTemplate,
} from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();
const [, anomalies] = resource(template, 'AWS::Lambda::Function', 'Volumes');
const auditTable = arnOf(template, 'AWS::DynamoDB::Table', 'AuditTable');

describe('its role', () => {
  const permissions = permissionsOf(template, 'Volumes');

  test('has these statements and no others', () => {
    expect(sids(permissions)).toEqual([
      'ListTenants',
      'CountDecrypts',
      'KeepBaselines',
      'WriteOwnLogs',
    ]);
  });

  test('is assumed by Lambda', () => {
    const [, role] = resource(template, 'AWS::IAM::Role', 'Volumes');
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'lambda.amazonaws.com' },
      },
    ]);
  });

  test('lists the registry, and reads no row by its key', () => {
    expect(named(permissions, 'ListTenants')).toEqual({
      Sid: 'ListTenants',
      Effect: 'Allow',
      Action: 'dynamodb:Scan',
      Resource: arnOf(template, 'AWS::DynamoDB::Table', 'TenantTable'),
    });
  });

  test('queries audit events', () => {
    expect(named(permissions, 'CountDecrypts')).toEqual({
      Sid: 'CountDecrypts',
      Effect: 'Allow',
      Action: 'dynamodb:Query',
      Resource: auditTable,
    });
  });

  test('writes baselines and nothing else, and deletes nothing', () => {
    expect(named(permissions, 'KeepBaselines')).toEqual({
      Sid: 'KeepBaselines',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      Resource: auditTable,
      Condition: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['baseline/*'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  });
});

test('it has 15 minutes, and gets the names of the stack and both tables and nothing else', () => {
  expect(anomalies.Properties).toMatchObject({
    Timeout: 900,
    Handler: 'decrypt-anomalies.handler',
  });
  expect(anomalies.Properties.Environment.Variables).toEqual({
    TABLE_NAME: { Ref: resource(template, 'AWS::DynamoDB::Table', 'TenantTable')[0] },
    AUDIT_TABLE_NAME: { Ref: resource(template, 'AWS::DynamoDB::Table', 'AuditTable')[0] },
    TENANT_KEYS_NAME: 'TenantKeys',
  });
});
