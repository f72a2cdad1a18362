/** The role of decrypt anomalies: what it reads of every tenant, and the one kind of row that it writes. */
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
import { account, asRole, type Case, type Harness, otherLogs } from './case.ts';

const key = (tenantId: string, eventKey = 'decrypts') => ({
  tenantId: { S: tenantId },
  eventKey: { S: eventKey },
});
const event = '2026-11-24T10:00:00.000Z/request/1';

const put = (partition: string) => (harness: Harness) =>
  harness.decryptAnomalies.dynamodb.putItem({
    TableName: harness.auditTableName,
    Item: key(partition),
  });
const get = (partition: string) => (harness: Harness) =>
  harness.decryptAnomalies.dynamodb.getItem({
    TableName: harness.auditTableName,
    Key: key(partition),
  });
const query = (partition: string) => (harness: Harness) =>
  harness.decryptAnomalies.dynamodb.query({
    TableName: harness.auditTableName,
    KeyConditionExpression: 'tenantId = :t AND eventKey BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':t': { S: partition }, ':from': { S: '2' }, ':to': { S: '3' } },
  });

/** Partition keys that are not a baseline's. */
const strange = ['acme', 'baseline', 'Baseline/acme', 'acme/baseline/acme', ' baseline/acme'];
const each = (how: string, attempt: (partition: string) => Case['attempt']) =>
  Object.fromEntries(
    strange.map((partition) => [
      `the function of decrypt anomalies ${how} '${partition}'`,
      attempt(partition),
    ]),
  );

/** Asked of the policies, since no DynamoDB request for an item lacks the item's partition key. */
const withoutLeadingKeys =
  (action: string): Case['attempt'] =>
  (harness) =>
    asRole(
      'VolumesRole',
      action,
      `arn:aws:dynamodb:${account}:table/${harness.auditTableName}`,
    )(harness);

export const decryptAnomalies: readonly Case[] = [
  ...claims('allowed', ['deployed'], {
    'the function of decrypt anomalies lists the tenants': ({
      decryptAnomalies: { dynamodb },
      tableName,
    }) => dynamodb.scan({ TableName: tableName }),
    "the function of decrypt anomalies queries a tenant's audit events": query('acme'),
    'the function of decrypt anomalies writes a baseline': put('baseline/acme'),
    'the function of decrypt anomalies reads a baseline': get('baseline/acme'),
  }),
  // A careless key policy lets IAM decide, and IAM gives this role no key.
  ...claims('denied', ['deployed', 'key-open', 'key-careless'], {
    ...mapAttempts(
      "the function of decrypt anomalies on a tenant's key",
      { ...cryptography, ...administration, CreateGrant: grant },
      (attempt) => (harness) => attempt(harness.decryptAnomalies, first(harness), harness),
    ),
  }),
  ...claims('denied', ['deployed'], {
    ...each('writes an audit item of', put),
    ...each('gets an audit item of', get),
    'the function of decrypt anomalies replaces an audit event': (harness) =>
      harness.decryptAnomalies.dynamodb.putItem({
        TableName: harness.auditTableName,
        Item: key('acme', event),
      }),
    'the function of decrypt anomalies changes an audit event': (harness) =>
      harness.decryptAnomalies.dynamodb.updateItem({
        TableName: harness.auditTableName,
        Key: key('acme', event),
        UpdateExpression: 'SET outcome = :o',
        ExpressionAttributeValues: { ':o': { S: 'succeeded' } },
      }),
    'the function of decrypt anomalies deletes an audit event': (harness) =>
      harness.decryptAnomalies.dynamodb.deleteItem({
        TableName: harness.auditTableName,
        Key: key('acme', event),
      }),
    'the function of decrypt anomalies deletes a baseline': (harness) =>
      harness.decryptAnomalies.dynamodb.deleteItem({
        TableName: harness.auditTableName,
        Key: key('baseline/acme'),
      }),
    'the function of decrypt anomalies writes a baseline and an audit event in one batch': (
      harness,
    ) =>
      harness.decryptAnomalies.dynamodb.batchWriteItem({
        RequestItems: {
          [harness.auditTableName]: ['baseline/acme', 'acme'].map((partition) => ({
            PutRequest: { Item: key(partition) },
          })),
        },
      }),
    'the function of decrypt anomalies scans the audit table': (harness) =>
      harness.decryptAnomalies.dynamodb.scan({ TableName: harness.auditTableName }),
    'the function of decrypt anomalies queries the registry': (harness) =>
      harness.decryptAnomalies.dynamodb.query({
        TableName: harness.tableName,
        KeyConditionExpression: 'tenantId = :t',
        ExpressionAttributeValues: { ':t': { S: 'acme' } },
      }),
    'the function of decrypt anomalies gets a row of the registry': (harness) =>
      harness.decryptAnomalies.dynamodb.getItem(getRow(harness, 'acme')),
    'the function of decrypt anomalies gets a row of the registry that is called as a baseline': (
      harness,
    ) => harness.decryptAnomalies.dynamodb.getItem(getRow(harness, 'baseline/acme')),
    'the function of decrypt anomalies puts a row into the registry that is called as a baseline': (
      harness,
    ) =>
      harness.decryptAnomalies.dynamodb.putItem({
        TableName: harness.tableName,
        Item: { tenantId: { S: 'baseline/acme' } },
      }),
    "the function of decrypt anomalies opens a tenant's session": (harness) =>
      assume(harness.decryptAnomalies, harness, {}),
    'the function of decrypt anomalies lists keys': (harness) =>
      harness.decryptAnomalies.kms.listKeys({}),
    "a tenant's session reads its own baseline": (harness) =>
      first(harness).dynamodb.getItem({
        TableName: harness.auditTableName,
        Key: key(`baseline/${first(harness).tenantId}`),
      }),
    'the function of decrypt anomalies gets an item of no partition':
      withoutLeadingKeys('dynamodb:GetItem'),
    'the function of decrypt anomalies puts an item into no partition':
      withoutLeadingKeys('dynamodb:PutItem'),
    'the function of decrypt anomalies writes to a log group that is not its own': asRole(
      'VolumesRole',
      'logs:PutLogEvents',
      otherLogs,
    ),
  }),
];
