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
  asRole,
  type Case,
  type Clients,
  decide,
  otherTable,
  type Tenant,
  type World,
} from './case.ts';

const keyOf = (tenantId: string) => ({
  tenantId: { S: tenantId },
  eventKey: { S: '2026-01-31T12:00:00.000Z/kms/1' },
});
const item = (world: World, tenantId: string) => ({
  TableName: world.auditTableName,
  Key: keyOf(tenantId),
});
const neighbour = (world: World) => world.tenants[1] as Tenant;

type EventAttempt = (who: Clients, tenant: Tenant, world: World) => Promise<unknown>;

/** Every way to a tenant's events that DynamoDB has, but the one that is allowed. */
const otherReads: Readonly<Record<string, EventAttempt>> = {
  GetItem: ({ dynamodb }, { tenantId }, world) => dynamodb.getItem(item(world, tenantId)),
  BatchGetItem: ({ dynamodb }, { tenantId }, world) =>
    dynamodb.batchGetItem({
      RequestItems: { [world.auditTableName]: { Keys: [keyOf(tenantId)] } },
    }),
  Scan: ({ dynamodb }, _, world) => dynamodb.scan({ TableName: world.auditTableName }),
};

const query: EventAttempt = ({ dynamodb }, { tenantId }, world) =>
  dynamodb.query(queryEvents(world, tenantId));

const reads = { ...otherReads, Query: query };

const writes: Readonly<Record<string, EventAttempt>> = {
  PutItem: ({ dynamodb }, { tenantId }, world) =>
    dynamodb.putItem({ TableName: world.auditTableName, Item: keyOf(tenantId) }),
  UpdateItem: ({ dynamodb }, { tenantId }, world) =>
    dynamodb.updateItem({
      ...item(world, tenantId),
      UpdateExpression: 'SET outcome = :o',
      ExpressionAttributeValues: { ':o': { S: 'succeeded' } },
    }),
  DeleteItem: ({ dynamodb }, { tenantId }, world) => dynamodb.deleteItem(item(world, tenantId)),
};

const batchWrite = ({ dynamodb }: Clients, tenantId: string, table: string) =>
  dynamodb.batchWriteItem({
    RequestItems: { [table]: [{ PutRequest: { Item: keyOf(tenantId) } }] },
  });

/** The registry's index says whose key a key is. */
const queryIndex = ({ dynamodb }: Clients, keyArn: string, world: World) =>
  dynamodb.query({
    TableName: world.tableName,
    IndexName: 'keyArn',
    KeyConditionExpression: 'keyArn = :keyArn',
    ExpressionAttributeValues: { ':keyArn': { S: keyArn } },
  });

/** @returns an attempt that is allowed if one single way is */
const anyOf =
  (ways: Readonly<Record<string, EventAttempt>>, who: (world: World) => Clients) =>
  (world: World) =>
    anyAllowed(Object.values(ways).map((way) => () => way(who(world), first(world), world)));

const readers: Case[] = [
  ...claims('allowed', ['deployed'], {
    'its own reader reads its own events': (world) =>
      query(first(world).reader, first(world), world),
  }),
  ...claims('denied', ['deployed'], {
    ...mapAttempts("a neighbour's reader reads events", reads, (attempt) =>
      forAllPairs((who, tenant, world) => attempt((who as Tenant).reader, tenant, world)),
    ),
    ...mapAttempts(
      'its own reader reads its own events otherwise',
      otherReads,
      (attempt) => (world) => attempt(first(world).reader, first(world), world),
    ),
    ...mapAttempts(
      'its own reader changes its own events',
      writes,
      (attempt) => (world) => attempt(first(world).reader, first(world), world),
    ),
    'its own reader reads its own row': (world) =>
      first(world).reader.dynamodb.getItem(getRow(world, first(world).tenantId)),
    'its own reader queries the registry': (world) =>
      first(world).reader.dynamodb.query(
        queryEvents(world, first(world).tenantId, world.tableName),
      ),
    "its own reader asks whose key a neighbour's is": (world) =>
      queryIndex(first(world).reader, neighbour(world).keyArn, world),
    'its own reader queries another table': asRole(
      'AuditReaderRole',
      'dynamodb:Query',
      otherTable,
      { 'dynamodb:LeadingKeys': 'acme' },
    ),
    'its own reader queries without naming a tenant': (world) =>
      decide(world.caller('AuditReaderRole'), {
        action: 'dynamodb:Query',
        resource: `arn:aws:dynamodb:us-east-1:111122223333:table/${world.auditTableName}`,
        context: {},
      }),
  }),
  // Neither lock of a key lets it through, and its own role may not be opened by mistake.
  ...claims('denied', oneLock, {
    ...mapAttempts(
      'its own reader uses its key',
      cryptography,
      (attempt) => (world) => attempt(first(world).reader, first(world), world),
    ),
  }),
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    ...mapAttempts(
      'its own reader administers its key',
      administration,
      (attempt) => (world) => attempt(first(world).reader, first(world), world),
    ),
  }),
  ...claims('denied', ['deployed', 'role-open'], {
    'a reader without a tag reads events': anyOf(reads, (world) => world.untaggedReader),
  }),
];

const tag = (Value: string, Key = 'TenantId') => ({ Key, Value });
const reading = (who: (world: World) => Clients, options: Assume) => (world: World) =>
  assume(who(world), world, { roleArn: world.auditReaderRoleArn, ...options });
const audits = (world: World) => world.audit;

const sessions: Case[] = [
  ...claims('allowed', ['deployed'], {
    "the audit function opens a tenant's reader": reading(audits, {}),
  }),
  ...claims('denied', ['deployed'], {
    'a reader without a tag is opened': reading(audits, { tags: [] }),
    'a reader named after another tenant is opened': reading(audits, { sessionName: 'acme2' }),
    'a reader with an empty tag is opened': reading(audits, { tags: [tag('')] }),
    'a reader with a second tag is opened': reading(audits, {
      tags: [tag('acme'), tag('x', 'Role')],
    }),
    'a reader whose tag is spelled otherwise is opened': reading(audits, {
      tags: [tag('acme', 'tenantid')],
    }),
    'a reader whose tag would be passed on is opened': reading(audits, {
      transitive: ['TenantId'],
    }),
    "the data plane opens a tenant's reader": reading((world) => world.dataPlane, {}),
    "the control plane opens a tenant's reader": reading((world) => world.controlPlane, {}),
    "an administrator opens a tenant's reader": reading((world) => world.operator, {}),
    "a tenant's session opens a neighbour's reader": reading(first, { tenantId: 'acme2' }),
    "a reader opens a neighbour's": reading((world) => first(world).reader, { tenantId: 'acme2' }),
    "the audit function opens a tenant's session, which uses the key": (world) =>
      assume(world.audit, world, {}),
    'the audit function opens a session of another role': asRole(
      'AuditRole',
      'sts:AssumeRole',
      'arn:aws:iam::111122223333:role/other',
    ),
    ...Object.fromEntries(
      ['sts:AssumeRole', 'sts:TagSession'].map((action) => [
        `an administrator is let through by the reader's trust policy for ${action}`,
        (world: World) =>
          decide(
            { ...world.caller('ControlPlaneRole'), identityPolicies: world.administratorPolicies },
            {
              action,
              resource: world.auditReaderRoleArn,
              context: {
                'aws:RequestTag/TenantId': 'acme',
                'aws:TagKeys': 'TenantId',
                ...(action === 'sts:AssumeRole' && { 'sts:RoleSessionName': 'acme' }),
              },
            },
            world.auditReaderTrustPolicy,
          ),
      ]),
    ),
  }),
];

const others: Readonly<Record<string, (world: World) => Clients>> = {
  "a tenant's own session": first,
  'a session without a tag': (world) => world.untagged,
  'the audit function itself': audits,
  'the data plane itself': (world) => world.dataPlane,
  'the control plane': (world) => world.controlPlane,
  'the reconciler': (world) => world.reconciler,
  'the certificates function': (world) => world.certificates,
  'the function of declared tenants': (world) => world.declaredTenants,
  'the authorizer': (world) => world.authorizer,
  'the canary itself': (world) => world.canary,
};

const indexer: Case[] = [
  ...claims('allowed', ['deployed'], {
    'the indexer writes events': (world) => batchWrite(world.indexer, 'acme', world.auditTableName),
    'the indexer asks whose key a key is': (world) =>
      queryIndex(world.indexer, first(world).keyArn, world),
    'the indexer keeps what it could not write': (world) =>
      decide(world.caller('AuditIndexerRole'), {
        action: 'sqs:SendMessage',
        resource: world.indexerFailuresArn,
        context: {},
      }),
  }),
  ...claims('denied', ['deployed'], {
    'the indexer reads events': anyOf(reads, (world) => world.indexer),
    'the indexer writes rows of the registry': (world) =>
      batchWrite(world.indexer, 'acme', world.tableName),
    'the indexer reads the registry': (world) =>
      anyAllowed([
        () => world.indexer.dynamodb.getItem(getRow(world, 'acme')),
        () => world.indexer.dynamodb.query(queryEvents(world, 'acme', world.tableName)),
        () => world.indexer.dynamodb.scan({ TableName: world.tableName }),
      ]),
    'the indexer writes into another queue': asRole(
      'AuditIndexerRole',
      'sqs:SendMessage',
      'arn:aws:sqs:us-east-1:111122223333:other',
    ),
    ...mapAttempts(
      "the indexer on a tenant's key",
      { ...cryptography, ...administration },
      (attempt) => (world) => attempt(world.indexer, first(world), world),
    ),
    "the indexer opens a tenant's session": (world) => assume(world.indexer, world, {}),
    "the indexer opens a tenant's reader": reading((world) => world.indexer, {}),
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
      [`${name} writes events`, anyOf(writes, who)],
      [
        `${name} asks by the index whose key a key is`,
        (world: World) => queryIndex(who(world), first(world).keyArn, world),
      ],
    ]),
  ),
);

export const audit: readonly Case[] = [...readers, ...sessions, ...indexer, ...strangers];
