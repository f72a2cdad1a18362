/** The role of the function that judges volumes: what it reads of everybody, and the one kind of item that it writes. */
import {
  administration,
  assume,
  claims,
  cryptography,
  first,
  getRow,
  grant,
  mapAttempts,
} from './attempts.ts';
import { account, asRole, type Case, otherLogs, type World } from './case.ts';

const key = (tenantId: string, eventKey = 'decrypts') => ({
  tenantId: { S: tenantId },
  eventKey: { S: eventKey },
});
const event = '2026-11-24T10:00:00.000Z/request/1';

const put = (partition: string) => (world: World) =>
  world.volumes.dynamodb.putItem({ TableName: world.auditTableName, Item: key(partition) });
const get = (partition: string) => (world: World) =>
  world.volumes.dynamodb.getItem({ TableName: world.auditTableName, Key: key(partition) });
const query = (partition: string) => (world: World) =>
  world.volumes.dynamodb.query({
    TableName: world.auditTableName,
    KeyConditionExpression: 'tenantId = :t AND eventKey BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':t': { S: partition }, ':from': { S: '2' }, ':to': { S: '3' } },
  });

/** Each of them spells a partition that is not a baseline's. */
const strange = ['acme', 'baseline', 'Baseline/acme', 'acme/baseline/acme', ' baseline/acme'];
const each = (how: string, attempt: (partition: string) => Case['attempt']) =>
  Object.fromEntries(
    strange.map((partition) => [
      `the function of volumes ${how} '${partition}'`,
      attempt(partition),
    ]),
  );

/** Asked of the policies: no request of DynamoDB's for an item is without the item's partition key. */
const withoutLeadingKeys =
  (action: string): Case['attempt'] =>
  (world) =>
    asRole(
      'VolumesRole',
      action,
      `arn:aws:dynamodb:${account}:table/${world.auditTableName}`,
    )(world);

export const volumes: readonly Case[] = [
  ...claims('allowed', ['deployed'], {
    'the function of volumes lists the tenants': ({ volumes: { dynamodb }, tableName }) =>
      dynamodb.scan({ TableName: tableName }),
    "the function of volumes queries a tenant's audit events": query('acme'),
    'the function of volumes writes a baseline': put('baseline/acme'),
    'the function of volumes reads a baseline': get('baseline/acme'),
  }),
  // A careless key policy lets IAM decide, and IAM gives this role no key.
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    ...mapAttempts(
      "the function of volumes on a tenant's key",
      { ...cryptography, ...administration, CreateGrant: grant },
      (attempt) => (world) => attempt(world.volumes, first(world), world),
    ),
  }),
  ...claims('denied', ['deployed'], {
    ...each('writes an audit item of', put),
    ...each('gets an audit item of', get),
    'the function of volumes replaces an audit event': (world) =>
      world.volumes.dynamodb.putItem({
        TableName: world.auditTableName,
        Item: key('acme', event),
      }),
    'the function of volumes changes an audit event': (world) =>
      world.volumes.dynamodb.updateItem({
        TableName: world.auditTableName,
        Key: key('acme', event),
        UpdateExpression: 'SET outcome = :o',
        ExpressionAttributeValues: { ':o': { S: 'succeeded' } },
      }),
    'the function of volumes deletes an audit event': (world) =>
      world.volumes.dynamodb.deleteItem({
        TableName: world.auditTableName,
        Key: key('acme', event),
      }),
    'the function of volumes deletes a baseline': (world) =>
      world.volumes.dynamodb.deleteItem({
        TableName: world.auditTableName,
        Key: key('baseline/acme'),
      }),
    'the function of volumes writes a baseline and an audit event in one batch': (world) =>
      world.volumes.dynamodb.batchWriteItem({
        RequestItems: {
          [world.auditTableName]: ['baseline/acme', 'acme'].map((partition) => ({
            PutRequest: { Item: key(partition) },
          })),
        },
      }),
    'the function of volumes scans the audit table': (world) =>
      world.volumes.dynamodb.scan({ TableName: world.auditTableName }),
    'the function of volumes queries the registry': (world) =>
      world.volumes.dynamodb.query({
        TableName: world.tableName,
        KeyConditionExpression: 'tenantId = :t',
        ExpressionAttributeValues: { ':t': { S: 'acme' } },
      }),
    'the function of volumes gets a row of the registry': (world) =>
      world.volumes.dynamodb.getItem(getRow(world, 'acme')),
    'the function of volumes gets a row of the registry that is called as a baseline': (world) =>
      world.volumes.dynamodb.getItem(getRow(world, 'baseline/acme')),
    'the function of volumes puts a row into the registry that is called as a baseline': (world) =>
      world.volumes.dynamodb.putItem({
        TableName: world.tableName,
        Item: { tenantId: { S: 'baseline/acme' } },
      }),
    "the function of volumes opens a tenant's session": (world) => assume(world.volumes, world, {}),
    'the function of volumes lists keys': (world) => world.volumes.kms.listKeys({}),
    "a tenant's session reads its own baseline": (world) =>
      first(world).dynamodb.getItem({
        TableName: world.auditTableName,
        Key: key(`baseline/${first(world).tenantId}`),
      }),
    'the function of volumes gets an item of no partition': withoutLeadingKeys('dynamodb:GetItem'),
    'the function of volumes puts an item into no partition':
      withoutLeadingKeys('dynamodb:PutItem'),
    'the function of volumes writes to a log group that is not its own': asRole(
      'VolumesRole',
      'logs:PutLogEvents',
      otherLogs,
    ),
  }),
];
