/** More than one stack in an account: what in the template has a name that somebody else could have too. */
import { describe, expect, test } from '@jest/globals';
import {
  isDocument,
  resource,
  resourcesOf,
  synthesizedTemplate,
  type Template,
  trailArnOf,
} from '../harness/synthesized.ts';

/**
 * The property by which an account knows a resource of the type, of each type that the template has. Without one
 * CloudFormation makes up a name that nobody has. null: there is no such name but within another resource.
 */
const nameProperties: Readonly<Record<string, string | null>> = {
  'AWS::ApiGateway::Account': null,
  'AWS::ApiGateway::Authorizer': null,
  'AWS::ApiGateway::Deployment': null,
  'AWS::ApiGateway::GatewayResponse': null,
  'AWS::ApiGateway::Method': null,
  'AWS::ApiGateway::Resource': null,
  // Two APIs may have one name. But the name is a dimension of their metrics, on which alarms look.
  'AWS::ApiGateway::RestApi': 'Name',
  'AWS::ApiGateway::Stage': null,
  'AWS::CloudTrail::Trail': 'TrailName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Policy': null,
  'AWS::IAM::Role': 'RoleName',
  'AWS::KMS::Alias': 'AliasName',
  'AWS::KMS::Key': null,
  'AWS::Lambda::EventInvokeConfig': null,
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Lambda::Permission': null,
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::Logs::MetricFilter': 'FilterName',
  'AWS::Logs::SubscriptionFilter': 'FilterName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::S3::BucketPolicy': null,
  'AWS::SNS::Subscription': null,
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SNS::TopicPolicy': null,
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SQS::QueuePolicy': null,
  'Custom::DeclaredTenant': null,
};

/** Those that an account has once, or that are there by their name in every region. */
const ofEveryRegion = ['AWS::CloudTrail::Trail', 'AWS::CloudWatch::Dashboard'];

const everything = {
  audience: 'keys',
  alarmEmail: 'ops@example.com',
  tenants: [{ tenantId: 'acme' }],
};
const [ours, staging] = await Promise.all([
  synthesizedTemplate(everything),
  synthesizedTemplate({ ...everything, name: 'Staging' }),
]);

/** @returns by type, the names that the template itself gives */
function physicalNames({ Resources }: Template): [string, unknown][] {
  return Object.values(Resources).flatMap(({ Type, Properties }) => {
    const property = nameProperties[Type];
    const name = property && Properties?.[property];
    return name ? [[Type, name] as [string, unknown]] : [];
  });
}

/** @returns every text of a value, each with the members that lead to it */
function textsOf(value: unknown, path: readonly string[] = []): [string, string][] {
  if (typeof value === 'string') return isDocument(value) ? [] : [[path.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, [...path, key]));
}

test('the table of names has every type of the template', () => {
  const types = new Set(Object.values(ours.Resources).map(({ Type }) => Type));
  expect([...types].filter((type) => !(type in nameProperties))).toEqual([]);
});

describe('two stacks of different names in one account and region', () => {
  test('share no physical name', () => {
    const [names, others] = [ours, staging].map((one) =>
      physicalNames(one).map((name) => JSON.stringify(name)),
    ) as [string[], string[]];
    expect(names.length).toBeGreaterThan(40);
    expect(others).toHaveLength(names.length);
    expect(names.filter((name) => others.includes(name))).toEqual([]);
  });

  test('export no value', () => {
    for (const { Outputs } of [ours, staging]) {
      expect(Object.values(Outputs).filter((one) => 'Export' in one)).toEqual([]);
    }
  });

  test('count in namespaces of their own', () => {
    const namespaces = (template: Template) =>
      new Set(
        [...JSON.stringify(template).matchAll(/amespace\\?":\\?"([^"\\]+)/g)].map(([, one]) => one),
      );
    expect(namespaces(staging)).toContain('Staging');
    const shared = [...namespaces(ours)].filter((one) => namespaces(staging).has(one));
    expect(shared.filter((one) => !one?.startsWith('AWS/'))).toEqual([]);
  });

  test('are one template but for the name: what else says the default one are words', () => {
    const words =
      /\.(?:Description|AlarmDescription|ResponseTemplates\.[\w/]+)$|\.WWW-Authenticate$/;
    const kept = textsOf(staging.Resources).filter(
      ([path, text]) => /TenantKeys|tenant-keys(?!-Staging)/.test(text) && !words.test(path),
    );
    expect(kept).toEqual([]);
  });

  test('mark roles and keys each as their own', () => {
    const tags = (template: Template) =>
      new Set(
        ['AWS::IAM::Role', 'AWS::KMS::Key']
          .flatMap((type) => resourcesOf(template, type))
          .flatMap(([, { Properties }]) => Properties.Tags ?? [])
          .filter(({ Key }: { Key: string }) => Key === 'ManagedBy')
          .map(({ Value }: { Value: string }) => Value),
      );
    const of = (id: string) => [id, `${id}/canary`, `${id}/canary/another-stack`];
    expect([...tags(ours)].toSorted()).toEqual(of('tenant-keys'));
    expect([...tags(staging)].toSorted()).toEqual(of('tenant-keys-Staging'));
  });
});

describe('stacks of one name in two regions of an account', () => {
  test.each(ofEveryRegion)('share no name of an %s', (type) => {
    const names = physicalNames(ours).filter(([one]) => one === type);
    expect(names.length).toBe(1);
    for (const [, name] of names) {
      expect(JSON.stringify(name)).toContain('{"Ref":"AWS::Region"}');
    }
  });

  test('leave to CloudFormation what all regions have together: roles and buckets', () => {
    for (const type of ['AWS::IAM::Role', 'AWS::S3::Bucket']) {
      expect(physicalNames(ours).filter(([one]) => one === type)).toEqual([]);
    }
  });
});

test("a trail's policies and alarms name it as it is named", () => {
  const [, trail] = resource(staging, 'AWS::CloudTrail::Trail');
  expect(trail.Properties.TrailName).toEqual({
    'Fn::Join': ['', ['Staging-', { Ref: 'AWS::Region' }, '-trail']],
  });
  const arn = JSON.stringify(trailArnOf('Staging'));
  expect(JSON.stringify(staging.Resources).split(arn).length).toBeGreaterThan(5);
});
