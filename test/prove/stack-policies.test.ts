/** What of a template the proofs read; a policy that they do not read stops them. */
import { describe, expect, test } from '@jest/globals';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { stackPolicies, titled } from '../../prove/stack-policies.ts';
import { resource, synthesizedTemplate, type Template } from '../harness/synthesized.ts';

const policiesOf = (template: object) => stackPolicies(readTemplate({ ...template }, localAccount));

/** The template with one of its resources changed, or with one more. */
const changed = (template: Template, id: string, more: object, type?: string): Template => {
  const before = template.Resources[id];
  const Properties = { ...before?.Properties, ...more };
  const one = { ...before, Type: type ?? before?.Type ?? '', Properties };
  return { ...template, Resources: { ...template.Resources, [id]: one } };
};

const document = (Principal: unknown, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: '*', Resource: '*', ...more }],
});
const lets = document({ AWS: '*' });

describe('a policy of which no theorem speaks stops the proof where it lets an IAM identity in', () => {
  const template = synthesizedTemplate();
  test.each([
    ['AWS::DynamoDB::Table', 'TenantTable', { ResourcePolicy: { PolicyDocument: lets } }],
    ['AWS::ApiGateway::RestApi', 'Api', { Policy: lets }],
    ['AWS::ApiGateway::RestApi', 'Api', { Parameters: { policy: 'x' } }],
    [
      'AWS::DynamoDB::Table',
      'AuditTable',
      { StreamSpecification: { ResourcePolicy: { PolicyDocument: lets } } },
    ],
    ['AWS::S3::BucketPolicy', 'AuditTrailBucket', { PolicyDocument: lets }],
    ['AWS::S3::Bucket', 'AuditTrailBucket', { AccessControl: 'AuthenticatedRead' }],
    ['AWS::S3::BucketPolicy', 'AuditTrailBucket', { PolicyDocument: document('*') }],
    [
      'AWS::S3::BucketPolicy',
      'AuditTrailBucket',
      { PolicyDocument: document({ Service: 's3.amazonaws.com', AWS: '111122223333' }) },
    ],
    [
      'AWS::SQS::QueuePolicy',
      'AuditIndexer',
      { PolicyDocument: document(undefined, { NotPrincipal: { AWS: '1' } }) },
    ],
    ['AWS::SNS::TopicPolicy', 'Monitoring', { PolicyDocument: lets }],
    ['AWS::Lambda::Permission', 'CanarySchedule', { Principal: '*' }],
    ['AWS::Lambda::Permission', 'CanarySchedule', { Principal: '111122223333' }],
    ['AWS::Logs::LogGroup', 'AuditTrailLogs', { ResourcePolicyDocument: lets }],
    ['AWS::IAM::Role', 'TenantRole', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/X'] }],
    ['AWS::IAM::Policy', 'SessionBrokerRoleOpenSessions', { Users: ['x'] }],
  ])('%s %s: %j', async (type, prefix, more) => {
    const [id] = resource(await template, type, prefix);
    const other = changed(await template, id, more);
    expect(() => policiesOf(other)).toThrow();
  });

  test.each([
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::User',
    'AWS::KMS::ReplicaKey',
    'AWS::Lambda::Url',
    'AWS::Logs::ResourcePolicy',
    'AWS::CloudFormation::Stack',
  ])('%s', async (type) => {
    const more = changed(await template, 'More', {}, type);
    expect(() => policiesOf(more)).toThrow();
  });

  test('not where it only takes rights', async () => {
    const given = await template;
    const [id] = resource(given, 'AWS::IAM::Role', 'TenantRole');
    const PermissionsBoundary = 'arn:aws:iam::aws:policy/X';
    expect(() => policiesOf(changed(given, id, { PermissionsBoundary }))).not.toThrow();
  });

  test('not where it is about requests to the API alone', async () => {
    const given = await template;
    const [id] = resource(given, 'AWS::ApiGateway::RestApi');
    const Policy = document('*', { Action: 'execute-api:Invoke' });
    expect(() => policiesOf(changed(given, id, { Policy }))).not.toThrow();
  });

  test('not where it lets services of AWS in, or denies', async () => {
    const [id] = resource(await template, 'AWS::S3::BucketPolicy', 'AuditTrailBucket');
    for (const policy of [
      document({ Service: 's3.amazonaws.com' }),
      document('*', { Effect: 'Deny' }),
    ]) {
      const more = changed(await template, id, { PolicyDocument: policy });
      expect(() => policiesOf(more)).not.toThrow();
    }
  });
});

describe("the policy of tenants' keys is what the functions make of their environment", () => {
  const functions = ['FunctionsTenants', 'FunctionsReconciler'];
  const configured = async (variables: object, names = functions) => {
    let template = await synthesizedTemplate();
    for (const name of names) {
      const [id, { Properties }] = resource(template, 'AWS::Lambda::Function', name);
      const Variables = { ...Properties.Environment.Variables, ...variables };
      template = changed(template, id, { Environment: { Variables } });
    }
    return template;
  };

  test('with the shortest window of a deletion', async () => {
    const stack = policiesOf(await synthesizedTemplate({ deletionWindowInDays: 14 }));
    expect(stack.deletionWindowInDays).toBe(14);
    expect(JSON.stringify(stack.tenantKeyPolicy)).toContain(
      '"kms:ScheduleKeyDeletionPendingWindowInDays":"14"',
    );
  });

  test('with the role that they name', async () => {
    const arn = 'arn:aws:iam::111122223333:role/Another';
    const stack = policiesOf(await configured({ TENANT_ROLE_ARN: arn }));
    expect(JSON.stringify(stack.tenantKeyPolicy)).toContain(arn);
  });

  test('where they do not agree, or there are none, the proof stops', async () => {
    const one = await configured({ DELETION_WINDOW_IN_DAYS: '7' }, ['FunctionsTenants']);
    expect(() => policiesOf(one)).toThrow('DELETION_WINDOW_IN_DAYS');
    const none = await configured({ DELETION_WINDOW_IN_DAYS: undefined });
    expect(() => policiesOf(none)).toThrow('DELETION_WINDOW_IN_DAYS');
  });

  test("and a declared tenant's key has the same", async () => {
    const tenants = [{ tenantId: 'acme' }];
    const template = await synthesizedTemplate({ tenants });
    expect(() => policiesOf(template)).not.toThrow();
    const [id] = resource(template, 'AWS::KMS::Key', 'DeclaredTenantsacme');
    const KeyPolicy = document({ AWS: '*' });
    expect(() => policiesOf(changed(template, id, { KeyPolicy }))).toThrow(id);
  });
});

test('a title names one role or key, or stops the proof', () => {
  const named = (...titles: string[]) => titles.map((title) => ({ title }));
  expect(titled(named('TenantRole', 'TenantRoleOld'), 'TenantRole')).toEqual({
    title: 'TenantRole',
  });
  expect(titled(named('AuditIndexerRole'), 'AuditIndexer')).toEqual({ title: 'AuditIndexerRole' });
  expect(() => titled(named('TenantRole1', 'TenantRole2'), 'TenantRole')).toThrow('TenantRole');
  expect(() => titled(named('TenantRole'), 'Other')).toThrow('Other');
});
