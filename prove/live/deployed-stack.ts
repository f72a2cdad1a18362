/**
 * What is really deployed, in the shape of a template, so that the same theorems are read from it with the same checks.
 * Invariant: each resource of which a theorem speaks is read as it is now, or the reading stops with the reason. Not
 * read are the policies of buckets, queues, topics and functions: no theorem is about one.
 */
import {
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { Identity, Resource } from '../../local/template/resource-types.ts';
import { stackTables, takenOver } from '../../local/template/stack-tables.ts';
import type { Template } from '../../local/template/template.ts';
import type { Clients } from './clients.ts';
import { documentOf } from './policy-text.ts';
import { readRole } from './roles.ts';

interface Read {
  readonly properties: Resource['properties'];
  readonly identity: Identity;
}

/** Where the stack is. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

type Reader = (clients: Clients, physicalId: string, place: Place) => Promise<Read>;

const readers: Readonly<Record<string, Reader>> = {
  'AWS::IAM::Role': readRole,
  'AWS::KMS::Key': async ({ kms }, id, place) => {
    const { Policy = '' } = await kms.getKeyPolicy({ KeyId: id });
    return {
      properties: { KeyPolicy: documentOf(`the key ${id}`, Policy) },
      identity: { ref: id, attributes: { Arn: arnOf(place, 'kms', `key/${id}`) } },
    };
  },
  'AWS::DynamoDB::Table': (clients, name, place) => readTable(clients, name, place),
  'AWS::CloudTrail::Trail': async (_, name, place) => ({
    properties: {},
    identity: { ref: name, attributes: { Arn: arnOf(place, 'cloudtrail', `trail/${name}`) } },
  }),
  // Of these the ARN alone counts, in the policies of roles.
  'AWS::Logs::LogGroup': async (_, name, place) => ({
    properties: {},
    identity: { ref: name, attributes: { Arn: arnOf(place, 'logs', `log-group:${name}:*`) } },
  }),
  'AWS::SQS::Queue': async (_, url, place) => ({
    properties: {},
    identity: { ref: url, attributes: { Arn: arnOf(place, 'sqs', url.split('/').at(-1) ?? '') } },
  }),
  'AWS::Lambda::Function': async ({ lambda }, name) => {
    const found = await lambda.getFunctionConfiguration({ FunctionName: name });
    return {
      properties: { Environment: { Variables: found.Environment?.Variables ?? {} } },
      identity: { ref: name, attributes: { Arn: found.FunctionArn ?? '' } },
    };
  },
};

async function readTable({ dynamodb }: Clients, name: string, place: Place): Promise<Read> {
  const Arn = arnOf(place, 'dynamodb', `table/${name}`);
  const { Policy } = await dynamodb.getResourcePolicy({ ResourceArn: Arn }).catch((error) => {
    if (error.name === 'PolicyNotFoundException') return { Policy: undefined };
    throw error;
  });
  // No theorem knows one: it stops the proof by its name.
  const ResourcePolicy = Policy && documentOf(`the table ${name}`, Policy);
  return {
    properties: ResourcePolicy ? { ResourcePolicy } : {},
    identity: { ref: name, attributes: { Arn } },
  };
}

const arnOf = ({ partition, region, accountId }: Place, service: string, path: string) =>
  `arn:${partition}:${service}:${region}:${accountId}:${path}`;

/**
 * @param onStep called before each resource
 * @throws Error for what cannot be read, or changes just now; UnknownPolicyElement
 */
export async function readDeployedStack(
  clients: Clients,
  stackName: string,
  onStep: (step: string) => void,
): Promise<Template> {
  const place = await placeOf(clients);
  const found = await resourcesOf(clients, stackName);
  const identities = new Map<string, Identity>();
  const resources: Resource[] = [];
  for (const {
    LogicalResourceId: logicalId = '',
    PhysicalResourceId,
    ResourceType: type = '',
  } of found) {
    const read = readers[type];
    // A tenant's key is proved with the other tenants'.
    if (read === undefined || isDeclaredTenants(logicalId)) continue;
    onStep(`reading ${logicalId} ...`);
    const { properties, identity } = await told(
      logicalId,
      read(clients, PhysicalResourceId ?? '', place),
    );
    identities.set(logicalId, identity);
    resources.push({ logicalId, type, properties });
  }
  const deployed: Template = {
    account: { ...place, stackName },
    resources,
    ofType: (type) => resources.filter((one) => one.type === type),
    identity: (logicalId) => identities.get(logicalId) as Identity,
    outputs: {},
  };
  // CloudFormation does not list tables that the stack has taken over. Their policies count as those of its own.
  for (const table of stackTables) {
    const name = takenOver(deployed, table);
    if (name === undefined) continue;
    onStep(`reading ${table} ...`);
    const { properties, identity } = await told(table, readTable(clients, name, place));
    identities.set(table, identity);
    resources.push({ logicalId: table, type: 'AWS::DynamoDB::Table', properties });
  }
  return deployed;
}

const isDeclaredTenants = (logicalId: string) => logicalId.startsWith('DeclaredTenants');

async function placeOf({ sts }: Clients): Promise<Place> {
  const { Arn = '', Account = '' } = await told('who asks', sts.getCallerIdentity({}));
  return {
    partition: Arn.split(':')[1] ?? '',
    region: await sts.config.region(),
    accountId: Account,
  };
}

async function resourcesOf({ cloudformation }: Clients, StackName: string) {
  const found: StackResourceSummary[] = [];
  const pages = paginateListStackResources({ client: cloudformation }, { StackName });
  const read = async () => {
    for await (const page of pages) found.push(...(page.StackResourceSummaries ?? []));
  };
  await told(`the stack ${StackName}`, read());
  const changing = found.find(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_IN_PROGRESS'));
  if (changing !== undefined) {
    throw new Error(
      `the stack changes just now: ${changing.LogicalResourceId} is in ${changing.ResourceStatus}`,
    );
  }
  return found.filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE');
}

/** @throws Error that says what could not be read */
async function told<T>(what: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(`cannot read ${what}: ${name}: ${message}`, { cause: error });
  }
}
