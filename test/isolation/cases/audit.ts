/** Who reads and who writes the events of a tenant's audit. */
import {
  type Assume,
  administration,
  anyAllowed,
  assume,
  claims,
  cryptography,
  first,
  forAllPairs,
  getRow,
  mapAttempts,
  oneLock,
  queryEvents,
} from './attempts.ts';
import {
  account,
  asRole,
  type Case,
  type Clients,
  decide,
  type Harness,
  otherTable,
  type Tenant,
} from './case.ts';

const keyOf = (tenantId: string) => ({
  tenantId: { S: tenantId },
  eventKey: { S: '2026-01-31T12:00:00.000Z/kms/1' },
});
const item = (harness: Harness, tenantId: string) => ({
  TableName: harness.auditTableName,
  Key: keyOf(tenantId),
});
const neighbour = (harness: Harness) => harness.tenants[1] as Tenant;

type EventAttempt = (who: Clients, tenant: Tenant, harness: Harness) => Promise<unknown>;

/** Every way to a tenant's events that DynamoDB has, but the one that is allowed. */
const otherReads: Readonly<Record<string, EventAttempt>> = {
  GetItem: ({ dynamodb }, { tenantId }, harness) => dynamodb.getItem(item(harness, tenantId)),
  BatchGetItem: ({ dynamodb }, { tenantId }, harness) =>
    dynamodb.batchGetItem({
      RequestItems: { [harness.auditTableName]: { Keys: [keyOf(tenantId)] } },
    }),
  Scan: ({ dynamodb }, _, harness) => dynamodb.scan({ TableName: harness.auditTableName }),
};

const query: EventAttempt = ({ dynamodb }, { tenantId }, harness) =>
  dynamodb.query(queryEvents(harness, tenantId));

const reads = { ...otherReads, Query: query };

const writes: Readonly<Record<string, EventAttempt>> = {
  PutItem: ({ dynamodb }, { tenantId }, harness) =>
    dynamodb.putItem({ TableName: harness.auditTableName, Item: keyOf(tenantId) }),
  UpdateItem: ({ dynamodb }, { tenantId }, harness) =>
    dynamodb.updateItem({
      ...item(harness, tenantId),
      UpdateExpression: 'SET outcome = :o',
      ExpressionAttributeValues: { ':o': { S: 'succeeded' } },
    }),
  DeleteItem: ({ dynamodb }, { tenantId }, harness) => dynamodb.deleteItem(item(harness, tenantId)),
};

/** An item that is not there yet. @throws what DynamoDB says of the statement */
const insert = async ({ dynamodb }: Clients, tenantId: string, table: string) => {
  const { Responses } = await dynamodb.batchExecuteStatement({
    Statements: [
      {
        Statement: `INSERT INTO "${table}" VALUE {'tenantId':?,'eventKey':?}`,
        Parameters: [{ S: tenantId }, { S: crypto.randomUUID() }],
      },
    ],
  });
  const error = Responses?.[0]?.Error;
  if (error !== undefined) throw Object.assign(new Error(error.Message), { name: error.Code });
};

/** Every way to write but the one that is allowed: each could change or delete what is there. */
const otherWrites: Readonly<Record<string, EventAttempt>> = {
  ...writes,
  'BatchWriteItem, a put': ({ dynamodb }, { tenantId }, { auditTableName }) =>
    dynamodb.batchWriteItem({
      RequestItems: { [auditTableName]: [{ PutRequest: { Item: keyOf(tenantId) } }] },
    }),
  'BatchWriteItem, a deletion': ({ dynamodb }, { tenantId }, { auditTableName }) =>
    dynamodb.batchWriteItem({
      RequestItems: { [auditTableName]: [{ DeleteRequest: { Key: keyOf(tenantId) } }] },
    }),
};

const auditTable = (harness: Harness) =>
  `arn:aws:dynamodb:${account}:table/${harness.auditTableName}`;

/** The registry's index says whose key a key is. */
const queryIndex = ({ dynamodb }: Clients, keyArn: string, harness: Harness) =>
  dynamodb.query({
    TableName: harness.tableName,
    IndexName: 'keyArn',
    KeyConditionExpression: 'keyArn = :keyArn',
    ExpressionAttributeValues: { ':keyArn': { S: keyArn } },
  });

/** @returns an attempt that is allowed if one single way is */
const anyOf =
  (ways: Readonly<Record<string, EventAttempt>>, who: (harness: Harness) => Clients) =>
  (harness: Harness) =>
    anyAllowed(Object.values(ways).map((way) => () => way(who(harness), first(harness), harness)));

const readers: Case[] = [
  ...claims('allowed', ['deployed'], {
    'its own reader reads its own events': (harness) =>
      query(first(harness).reader, first(harness), harness),
  }),
  ...claims('denied', ['deployed'], {
    ...mapAttempts("a neighbour's reader reads events", reads, (attempt) =>
      forAllPairs((who, tenant, harness) => attempt((who as Tenant).reader, tenant, harness)),
    ),
    ...mapAttempts(
      'its own reader reads its own events otherwise',
      otherReads,
      (attempt) => (harness) => attempt(first(harness).reader, first(harness), harness),
    ),
    ...mapAttempts(
      'its own reader changes its own events',
      writes,
      (attempt) => (harness) => attempt(first(harness).reader, first(harness), harness),
    ),
    'its own reader reads its own row': (harness) =>
      first(harness).reader.dynamodb.getItem(getRow(harness, first(harness).tenantId)),
    'its own reader queries the registry': (harness) =>
      first(harness).reader.dynamodb.query(
        queryEvents(harness, first(harness).tenantId, harness.tableName),
      ),
    "its own reader asks whose key a neighbour's is": (harness) =>
      queryIndex(first(harness).reader, neighbour(harness).keyArn, harness),
    'its own reader queries another table': asRole(
      'AuditReaderRole',
      'dynamodb:Query',
      otherTable,
      { 'dynamodb:LeadingKeys': 'acme' },
    ),
    'its own reader queries without naming a tenant': (harness) =>
      decide(harness.caller('AuditReaderRole'), {
        action: 'dynamodb:Query',
        resource: `arn:aws:dynamodb:us-east-1:111122223333:table/${harness.auditTableName}`,
        context: {},
      }),
  }),
  // Each lock of a key stops it alone.
  ...claims('denied', oneLock, {
    ...mapAttempts(
      'its own reader uses its key',
      cryptography,
      (attempt) => (harness) => attempt(first(harness).reader, first(harness), harness),
    ),
  }),
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    ...mapAttempts(
      'its own reader administers its key',
      administration,
      (attempt) => (harness) => attempt(first(harness).reader, first(harness), harness),
    ),
  }),
  ...claims('denied', ['deployed', 'role-open'], {
    'a reader without a tag reads events': anyOf(reads, (harness) => harness.untaggedReader),
  }),
];

const tag = (Value: string, Key = 'TenantId') => ({ Key, Value });
const reading = (who: (harness: Harness) => Clients, options: Assume) => (harness: Harness) =>
  assume(who(harness), harness, { roleArn: harness.auditReaderRoleArn, ...options });
const broker = (harness: Harness) => harness.broker;
const audits = (harness: Harness) => harness.audit;

const sessions: Case[] = [
  ...claims('allowed', ['deployed'], {
    "the session broker opens a tenant's reader": reading(broker, {}),
  }),
  ...claims('denied', ['deployed'], {
    'a reader without a tag is opened': reading(broker, { tags: [] }),
    'a reader named after another tenant is opened': reading(broker, { sessionName: 'acme2' }),
    'a reader with an empty tag is opened': reading(broker, { tags: [tag('')] }),
    'a reader with a second tag is opened': reading(broker, {
      tags: [tag('acme'), tag('x', 'Role')],
    }),
    'a reader whose tag is spelled otherwise is opened': reading(broker, {
      tags: [tag('acme', 'tenantid')],
    }),
    'a reader whose tag would be passed on is opened': reading(broker, {
      transitive: ['TenantId'],
    }),
    "the control plane opens a tenant's reader": reading((harness) => harness.controlPlane, {}),
    "an administrator opens a tenant's reader": reading((harness) => harness.operator, {}),
    "a tenant's session opens a neighbour's reader": reading(first, { tenantId: 'acme2' }),
    "a reader opens a neighbour's": reading((harness) => first(harness).reader, {
      tenantId: 'acme2',
    }),
    ...Object.fromEntries(
      ['sts:AssumeRole', 'sts:TagSession'].map((action) => [
        `an administrator is let through by the reader's trust policy for ${action}`,
        (harness: Harness) =>
          decide(
            {
              ...harness.caller('ControlPlaneRole'),
              identityPolicies: harness.administratorPolicies,
            },
            {
              action,
              resource: harness.auditReaderRoleArn,
              context: {
                'aws:RequestTag/TenantId': 'acme',
                'aws:TagKeys': 'TenantId',
                ...(action === 'sts:AssumeRole' && { 'sts:RoleSessionName': 'acme' }),
              },
            },
            harness.auditReaderTrustPolicy,
          ),
      ]),
    ),
  }),
];

const others: Readonly<Record<string, (harness: Harness) => Clients>> = {
  "a tenant's own session": first,
  'a session without a tag': (harness) => harness.untagged,
  'the audit function itself': audits,
  'the data plane itself': (harness) => harness.dataPlane,
  'the control plane': (harness) => harness.controlPlane,
  'the reconciler': (harness) => harness.reconciler,
  'the certificates function': (harness) => harness.certificates,
  'the function of declared tenants': (harness) => harness.declaredTenants,
  'the authorizer': (harness) => harness.authorizer,
  'the canary itself': (harness) => harness.canary,
};

const indexer: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the indexer adds events': (harness) => insert(harness.indexer, 'acme', harness.auditTableName),
    'the indexer asks whose key a key is': (harness) =>
      queryIndex(harness.indexer, first(harness).keyArn, harness),
    'the indexer keeps what it could not write': (harness) =>
      decide(harness.caller('AuditIndexerRole'), {
        action: 'sqs:SendMessage',
        resource: harness.indexerFailuresArn,
        context: {},
      }),
  }),
  ...claims('denied', ['deployed'], {
    'the indexer reads events': anyOf(reads, (harness) => harness.indexer),
    ...mapAttempts(
      'the indexer changes or deletes an event',
      otherWrites,
      (attempt) => (harness) => attempt(harness.indexer, first(harness), harness),
    ),
    ...Object.fromEntries(
      ['PartiQLUpdate', 'PartiQLDelete', 'PartiQLSelect'].map((action) => [
        `the indexer has ${action} on events`,
        (harness: Harness) =>
          asRole('AuditIndexerRole', `dynamodb:${action}`, auditTable(harness), {
            'dynamodb:LeadingKeys': 'acme',
          })(harness),
      ]),
    ),
    'the indexer adds a baseline': (harness) =>
      insert(harness.indexer, 'baseline/acme', harness.auditTableName),
    'the indexer adds an event without naming a tenant': (harness) =>
      asRole('AuditIndexerRole', 'dynamodb:PartiQLInsert', auditTable(harness))(harness),
    'the indexer adds rows to the registry': (harness) =>
      insert(harness.indexer, 'acme', harness.tableName),
    'the indexer reads the registry': (harness) =>
      anyAllowed([
        () => harness.indexer.dynamodb.getItem(getRow(harness, 'acme')),
        () => harness.indexer.dynamodb.query(queryEvents(harness, 'acme', harness.tableName)),
        () => harness.indexer.dynamodb.scan({ TableName: harness.tableName }),
      ]),
    'the indexer writes into another queue': asRole(
      'AuditIndexerRole',
      'sqs:SendMessage',
      'arn:aws:sqs:us-east-1:111122223333:other',
    ),
    ...mapAttempts(
      "the indexer on a tenant's key",
      { ...cryptography, ...administration },
      (attempt) => (harness) => attempt(harness.indexer, first(harness), harness),
    ),
    "the indexer opens a tenant's session": (harness) => assume(harness.indexer, harness, {}),
    "the indexer opens a tenant's reader": reading((harness) => harness.indexer, {}),
    ...Object.fromEntries(
      ['AuditRole', 'AuditReaderRole', 'AuditIndexerRole'].map((role) => [
        `${role} writes to a log group that is not its own`,
        asRole(role, 'logs:PutLogEvents', 'arn:aws:logs:eu-west-1:111122223333:log-group:other:*'),
      ]),
    ),
  }),
];

const strangers = claims(
  'denied',
  ['deployed'],
  Object.fromEntries(
    Object.entries(others).flatMap(([name, who]) => [
      [`${name} reads events`, anyOf(reads, who)],
      [`${name} writes events`, anyOf(otherWrites, who)],
      [
        `${name} adds events`,
        (harness: Harness) => insert(who(harness), 'acme', harness.auditTableName),
      ],
      [
        `${name} asks by the index whose key a key is`,
        (harness: Harness) => queryIndex(who(harness), first(harness).keyArn, harness),
      ],
    ]),
  ),
);

export const audit: readonly Case[] = [...readers, ...sessions, ...indexer, ...strangers];
