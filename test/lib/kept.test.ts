/**
 * What outlives the stack. Every resource of the largest templates is looked at, so that none can be forgotten: its type
 * is either among those that hold what nobody can make again, or among those that CloudFormation makes of the template.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { defaultName } from '../../contract/stack-names.ts';
import { everySetting } from '../harness/operators-settings.ts';
import { context, type Resource, synthesizedTemplate } from '../harness/synthesized.ts';
import { requestAssembly } from '../synthesizer/client.ts';

const whole = {
  tenants: [{ tenantId: 'acme' }],
  corsOrigins: ['https://app.example.com'],
};
const templates = [
  { ...whole, alarmEmail: 'alarms@example.com' },
  ...Object.values(everySetting).map((settings) => ({ ...whole, ...settings })),
];
const Resources = Object.assign(
  {},
  ...(await Promise.all(templates.map(synthesizedTemplate))).map((template) => template.Resources),
) as Readonly<Record<string, Resource>>;

const holdsData = new Set([
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
]);

const madeAgain = new Set([
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::DomainName',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::CloudTrail::Trail',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::SubscriptionFilter',
  'AWS::Route53::RecordSet',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  // Holds invocations of the indexer that failed. The trail still has the events.
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::WAFv2::WebACLAssociation',
  'Custom::DeclaredTenant',
]);

const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
const keptEvenFromRollBack = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const deleted = { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' };

/** What is kept otherwise than its type says, by the logical id without CDK's hash. */
const exceptions: Readonly<Record<string, object>> = {
  // Once the row is there, a tenant's data may be under the key, also while the stack is still being made.
  DeclaredTenantsacmeKey: keptEvenFromRollBack,
  // The reconciler and an onboarding find a tenant's key by it.
  DeclaredTenantsacmeAlias: kept,
  // A setting of the account, in force for its other APIs too. No roll-back sets it back.
  ApiAccessLogsAccount: keptEvenFromRollBack,
  ApiAccessLogsRole: keptEvenFromRollBack,
  // Nothing that the canary's keys encrypt is kept.
  ...Object.fromEntries(
    ['a', 'b', 'iam', 'allow', 'deny'].map((name) => [`CanaryKeys${name}`, deleted]),
  ),
};

function expected(id: string, { Type }: Resource): object {
  const exception = exceptions[id.replace(/[0-9A-F]{8}$/, '')];
  if (exception !== undefined) return exception;
  if (holdsData.has(Type)) return kept;
  if (madeAgain.has(Type)) return deleted;
  throw new Error(`does ${Type} hold what nobody can make again? Say so in this file`);
}

test.each(Object.entries(Resources))('%s is kept or deleted as it ought to be', (id, resource) => {
  const { DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' } = resource;
  expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual(expected(id, resource));
});

test('no exception is for a resource that is not there', () => {
  const names = Object.keys(Resources).map((id) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(names).toEqual(expect.arrayContaining(Object.keys(exceptions)));
});

test('every table is protected from deletion by hand as well', () => {
  const tables = Object.values(Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
  expect(tables).not.toEqual([]);
  for (const { Properties } of tables) expect(Properties.DeletionProtectionEnabled).toBe(true);
});

test('the stack is protected from termination', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-kept-'));
  try {
    await requestAssembly({ ...context, ...whole }, folder);
    const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    expect(artifacts[defaultName].properties).toMatchObject({ terminationProtection: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
