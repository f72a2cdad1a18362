/** Who reads the events of all tenants, and who opens sessions that do. */
import {
  anyAllowed,
  assume,
  claims,
  cryptography,
  first,
  getRow,
  mapAttempts,
  oneLock,
  queryEvents,
} from './attempts.ts';
import { type Case, type Clients, decide, type Harness, type Tenant } from './case.ts';

type Attempt = (who: Clients, harness: Harness) => Promise<unknown>;
type Who = (harness: Harness) => Clients;

const queryAll: Attempt = ({ dynamodb }, { auditTableName }) =>
  dynamodb.query({
    TableName: auditTableName,
    IndexName: 'allEvents',
    KeyConditionExpression: 'eventShard = :shard',
    ExpressionAttributeValues: { ':shard': { S: 'all/0' } },
  });
const scanAll: Attempt = ({ dynamodb }, { auditTableName }) =>
  dynamodb.scan({ TableName: auditTableName, IndexName: 'allEvents' });
const eitherWay = (who: Who) => (harness: Harness) =>
  anyAllowed([queryAll, scanAll].map((way) => () => way(who(harness), harness)));

/** Every principal that could read the index, but the one that may. */
const strangers: Readonly<Record<string, Who>> = {
  "a tenant's own session": first,
  "a tenant's reader": (harness) => first(harness).reader,
  'a reader without a tag': ({ untaggedReader }) => untaggedReader,
  "a reader of all with a tenant's tag": ({ taggedAllReader }) => taggedAllReader,
  'a session without a tag': ({ untagged }) => untagged,
  'the session broker': ({ broker }) => broker,
  'the audit function itself': ({ audit }) => audit,
  'the data plane itself': ({ dataPlane }) => dataPlane,
  'the control plane': ({ controlPlane }) => controlPlane,
  'the reconciler': ({ reconciler }) => reconciler,
  'the certificates function': ({ certificates }) => certificates,
  'the function of declared tenants': ({ declaredTenants }) => declaredTenants,
  'the authorizer': ({ authorizer }) => authorizer,
  'the indexer': ({ indexer }) => indexer,
  'the function of decrypt anomalies': ({ decryptAnomalies }) => decryptAnomalies,
  'the canary itself': ({ canary }) => canary,
};

/** What a session that reads all events may do, and nothing else. */
const otherReads: Readonly<Record<string, Attempt>> = {
  'scans the index': scanAll,
  "queries a tenant's events": ({ dynamodb }, harness) =>
    dynamodb.query(queryEvents(harness, 'acme')),
  'scans the table': ({ dynamodb }, { auditTableName }) =>
    dynamodb.scan({ TableName: auditTableName }),
  'gets an event': ({ dynamodb }, { auditTableName }) =>
    dynamodb.getItem({
      TableName: auditTableName,
      Key: { tenantId: { S: 'acme' }, eventKey: { S: 'x' } },
    }),
  "gets a tenant's row": ({ dynamodb }, harness) => dynamodb.getItem(getRow(harness, 'acme')),
  'asks whose key a key is': ({ dynamodb }, { tableName }) =>
    dynamodb.query({
      TableName: tableName,
      IndexName: 'keyArn',
      KeyConditionExpression: 'keyArn = :keyArn',
      ExpressionAttributeValues: { ':keyArn': { S: 'x' } },
    }),
  'writes an event': ({ dynamodb }, { auditTableName }) =>
    dynamodb.putItem({
      TableName: auditTableName,
      Item: { tenantId: { S: 'acme' }, eventKey: { S: 'x' } },
    }),
};

const readers: Case[] = [
  ...claims('allowed', ['deployed'], {
    'a reader of all reads all events': (harness) => queryAll(harness.allReader, harness),
  }),
  ...claims('denied', ['deployed'], {
    ...Object.fromEntries(
      Object.entries(strangers).map(([name, who]) => [`${name} reads all events`, eitherWay(who)]),
    ),
    ...Object.fromEntries(
      Object.entries(otherReads).map(([does, attempt]) => [
        `a reader of all ${does}`,
        (harness: Harness) => attempt(harness.allReader, harness),
      ]),
    ),
    'a reader of all queries another table': (harness) =>
      decide(
        // Harnesses give sessions of roles a tag, unless they say otherwise.
        { ...harness.caller('AllEventsReaderRole'), tags: {} },
        {
          action: 'dynamodb:Query',
          resource: 'arn:aws:dynamodb:us-east-1:111122223333:table/other/index/allEvents',
          context: {},
        },
      ),
  }),
  ...claims('denied', oneLock, {
    ...mapAttempts(
      "a reader of all uses a tenant's key",
      cryptography,
      (attempt) => (harness) => attempt(harness.allReader, first(harness) as Tenant, harness),
    ),
  }),
  // Whatever somebody lets the role do.
  ...claims('denied', ['role-open'], {
    "a reader of all with a tenant's tag reads all events": eitherWay(
      ({ taggedAllReader }) => taggedAllReader,
    ),
  }),
];

const opens = (who: Who, tenantId?: string) => (harness: Harness) =>
  assume(who(harness), harness, {
    roleArn: harness.allEventsReaderRoleArn,
    sessionName: tenantId ?? 'AllTenants',
    tags: tenantId === undefined ? [] : [{ Key: 'TenantId', Value: tenantId }],
  });

const { 'the session broker': broker, ...others } = strangers;
const openers: Readonly<Record<string, Who>> = {
  ...others,
  'an administrator': ({ operator }) => operator,
  'a reader of all': ({ allReader }) => allReader,
  "the broker's role, passed to another function": ({ inFunction }) =>
    inFunction('FunctionsCrypto', 'SessionBrokerRole'),
  "the broker's role outside of any function": ({ outside }) => outside('SessionBrokerRole'),
};

const sessions: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the session broker opens a reader of all': opens(broker as Who),
  }),
  ...claims('denied', ['deployed'], {
    "the session broker opens a reader of all with a tenant's tag": opens(broker as Who, 'acme'),
    ...Object.fromEntries(
      Object.entries(openers).flatMap(([name, who]) => [
        [`${name} opens a reader of all`, opens(who)],
        [`${name} opens a reader of all with a tag`, opens(who, 'acme')],
      ]),
    ),
  }),
];

export const allEvents: readonly Case[] = [...readers, ...sessions];
