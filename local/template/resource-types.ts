/**
 * The resource types that the local stack knows, each with what Ref and Fn::GetAtt give for it.
 * Any other type stops the start: what the stack does not understand it cannot enforce.
 */
import { createHash } from 'node:crypto';
import { resolve, TemplateError } from './intrinsics.ts';

/** The account of the local stack. */
export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  /** how many stacks of this name there were before; none, where it is left out */
  readonly instance?: number;
  /** values of the template's own parameters, by name; none, where it is left out */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** absent: it is deleted with its stack */
  readonly deletionPolicy?: string;
}

/** Whether it outlives its stack. */
export const isKept = ({ deletionPolicy }: Resource): boolean =>
  deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate';

export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

type Identify = (account: Account, resource: Resource) => Identity;

export const resourceTypes: Readonly<Record<string, Identify>> = {
  'AWS::IAM::Role': (account, resource) => {
    const name = nameOf(account, resource, 'RoleName');
    const path = propertyOf(account, resource, 'Path') ?? '/';
    return {
      ref: name,
      attributes: {
        Arn: `arn:${account.partition}:iam::${account.accountId}:role${path}${name}`,
        RoleId: `AROA${token(account, resource, 17).toUpperCase()}`,
      },
    };
  },
  'AWS::IAM::Policy': byName('PolicyName'),
  'AWS::KMS::Key': (account, resource) => {
    const hex = token(account, resource, 32);
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return { ref: id, attributes: { Arn: arn(account, 'kms', `key/${id}`), KeyId: id } };
  },
  'AWS::KMS::Alias': byName('AliasName'),
  'AWS::DynamoDB::Table': withArn('TableName', 'dynamodb', (name) => `table/${name}`),
  'AWS::Lambda::Function': withArn('FunctionName', 'lambda', (name) => `function:${name}`),
  'AWS::Lambda::Permission': byName(),
  'AWS::Lambda::EventInvokeConfig': byName(),
  'AWS::Events::Rule': withArn('Name', 'events', (name) => `rule/${name}`),
  'AWS::Logs::LogGroup': withArn('LogGroupName', 'logs', (name) => `log-group:${name}:*`),
  'AWS::Logs::SubscriptionFilter': byName('FilterName'),
  'AWS::Logs::MetricFilter': byName('FilterName'),
  'AWS::CloudTrail::Trail': withArn('TrailName', 'cloudtrail', (name) => `trail/${name}`),
  'AWS::S3::Bucket': (account, resource) => {
    const name = nameOf(account, resource, 'BucketName').toLowerCase();
    return { ref: name, attributes: { Arn: `arn:${account.partition}:s3:::${name}` } };
  },
  'AWS::S3::BucketPolicy': byName(),
  'AWS::SQS::Queue': (account, resource) => {
    const name = nameOf(account, resource, 'QueueName');
    const { region, accountId } = account;
    return {
      ref: `https://sqs.${region}.amazonaws.com/${accountId}/${name}`,
      attributes: { Arn: arn(account, 'sqs', name), QueueName: name },
    };
  },
  'AWS::SQS::QueuePolicy': byName(),
  'AWS::SNS::Topic': (account, resource) => {
    const topic = arn(account, 'sns', nameOf(account, resource, 'TopicName'));
    return { ref: topic, attributes: { TopicArn: topic } };
  },
  'AWS::SNS::TopicPolicy': byName(),
  'AWS::SNS::Subscription': byName(),
  'AWS::CloudWatch::Alarm': withArn('AlarmName', 'cloudwatch', (name) => `alarm:${name}`),
  'AWS::CloudWatch::Dashboard': byName('DashboardName'),
  'AWS::ApiGateway::RestApi': (account, resource) => ({
    ref: token(account, resource, 10),
    attributes: { RootResourceId: `${token(account, resource, 9)}r` },
  }),
  'AWS::ApiGateway::Account': byName(),
  'AWS::ApiGateway::Authorizer': (account, resource) => {
    const id = token(account, resource, 6);
    return { ref: id, attributes: { AuthorizerId: id } };
  },
  'AWS::ApiGateway::Deployment': byName(),
  'AWS::ApiGateway::GatewayResponse': byName(),
  'AWS::ApiGateway::Method': byName(),
  'AWS::ApiGateway::Resource': byName(),
  'AWS::ApiGateway::Stage': byName('StageName'),
  // Not on one machine: they lead to the API, or stand before it, and give nobody a right. docs/local.md says so.
  'AWS::ApiGateway::DomainName': (account, resource) => ({
    ref: nameOf(account, resource, 'DomainName'),
    attributes: {
      RegionalDomainName: `d-${token(account, resource, 10)}.execute-api.${account.region}.amazonaws.com`,
      RegionalHostedZoneId: `Z${token(account, resource, 13).toUpperCase()}`,
    },
  }),
  'AWS::ApiGateway::BasePathMapping': byName(),
  'AWS::Route53::RecordSet': byName('Name'),
  'AWS::WAFv2::WebACLAssociation': byName(),
  // Its function answers with the tenant id as the physical resource id.
  'Custom::DeclaredTenant': byName('TenantId'),
};

function byName(property?: string): Identify {
  return (account, resource) => ({ ref: nameOf(account, resource, property), attributes: {} });
}

function withArn(property: string, service: string, path: (name: string) => string): Identify {
  return (account, resource) => {
    const name = nameOf(account, resource, property);
    return { ref: name, attributes: { Arn: arn(account, service, path(name)) } };
  };
}

/** The template's parameters, and what CloudFormation itself knows of a stack. */
export const parametersOf = (account: Account): Readonly<Record<string, string>> => ({
  ...account.parameters,
  'AWS::AccountId': account.accountId,
  'AWS::Region': account.region,
  'AWS::Partition': account.partition,
  'AWS::StackName': account.stackName,
  'AWS::URLSuffix': 'amazonaws.com',
});

/**
 * Names are the same after a restart, since the policies of kept keys name roles; and others in another stack.
 * @throws TemplateError for a name that is made of another resource's
 */
function nameOf(account: Account, resource: Resource, property?: string): string {
  const given = property === undefined ? undefined : propertyOf(account, resource, property);
  return given ?? `${account.stackName}-${resource.logicalId}${suffixOf(account, '-')}`;
}

/** @throws TemplateError for a text that is made of another resource's */
function propertyOf(account: Account, resource: Resource, property: string): string | undefined {
  const given = resource.properties[property];
  if (given === undefined) return undefined;
  const unknown = (name: string): never => {
    throw new TemplateError(`${resource.logicalId}: ${property} is made of ${name}`);
  };
  const parameters = parametersOf(account);
  return String(
    resolve(given, { ref: (name) => parameters[name] ?? unknown(name), attribute: unknown }),
  );
}

const suffixOf = ({ instance = 0 }: Account, separator: string): string =>
  instance === 0 ? '' : `${separator}${instance}`;

function arn(account: Account, service: string, path: string): string {
  return `arn:${account.partition}:${service}:${account.region}:${account.accountId}:${path}`;
}

function token(account: Account, resource: Resource, length: number): string {
  const { accountId, stackName } = account;
  const seed = `${accountId}/${stackName}${suffixOf(account, '/')}/${resource.logicalId}`;
  return createHash('sha256').update(seed).digest('hex').slice(0, length);
}
