/** The tables of the local stack with two tenants' keys in them, and lines for the indexer. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, jest } from '@jest/globals';
import { indexBatch } from '../../../lambdas/indexer/index-events.ts';
import { keyOwners } from '../../../lambdas/indexer/key-owners.ts';
import type { FinishedCall } from '../../../local/aws/call.ts';
import { account } from '../../harness/account.ts';
import { auditTableName, openLocalAws, tableName } from '../../harness/local-aws.ts';
import { batchOf, delivery } from './delivery.ts';

export const keyOf = (name: string) =>
  `arn:aws:kms:${account.region}:${account.accountId}:key/${name}`;
export const controlPlane = 'arn:aws:iam::111122223333:role/ControlPlane';
export const reconciler = 'arn:aws:iam::111122223333:role/Reconciler';
export const certificates = 'arn:aws:iam::111122223333:role/Certificates';
export const sessionBroker = 'arn:aws:iam::111122223333:role/SessionBroker';
export const tenantRole = 'arn:aws:iam::111122223333:role/TenantRole';
export const environment = {
  TABLE_NAME: tableName,
  AUDIT_TABLE_NAME: auditTableName,
  AUDIT_RETENTION_DAYS: 30,
  ACCOUNT_ID: account.accountId,
  CONTROL_PLANE_ROLE_ARN: controlPlane,
  RECONCILER_ROLE_ARN: reconciler,
  CERTIFICATES_ROLE_ARN: certificates,
  TENANT_ROLE_ARN: tenantRole,
  TRAIL_LOG_GROUP: 'trail',
  TENANTS_LOG_GROUP: 'tenants-log',
  CRYPTO_LOG_GROUP: 'crypto-log',
  CERTIFICATES_LOG_GROUP: 'certificates-log',
  AUDIT_LOG_GROUP: 'audit-log',
  RECONCILER_LOG_GROUP: 'reconciler-log',
  SESSION_BROKER_LOG_GROUP: 'session-broker-log',
  SESSION_BROKER_ROLE_ARN: sessionBroker,
  ACCESS_LOG_GROUP: 'access',
};

/** Made before the tests of a file, and empty before each of them. */
export const harness = {
  client: undefined as unknown as DynamoDBDocument,
  configuration: {} as DynamoDBClientConfig,
  /** of DynamoDB */
  calls: [] as FinishedCall[],
  /** what the indexer has logged */
  logged: [] as Record<string, unknown>[],
  /** the clock of `owners`, epoch milliseconds */
  now: 0,
};

/** Opens the harness for the tests of a file. */
export function useHarness(): void {
  let close: () => Promise<void>;
  beforeAll(async () => {
    close = await open();
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
      harness.logged.push(JSON.parse(String(line)));
      return true;
    });
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await close();
  });
  beforeEach(empty);
}

/** @returns what closes it */
async function open(): Promise<() => Promise<void>> {
  const { configuration, close } = await openLocalAws((call) => harness.calls.push(call));
  harness.configuration = { ...configuration, maxAttempts: 1 };
  harness.client = DynamoDBDocument.from(new DynamoDBClient(harness.configuration));
  for (const tenantId of ['acme', 'globex']) {
    const Item = { tenantId, keyArn: keyOf(tenantId) };
    await harness.client.put({ TableName: tableName, Item });
  }
  return close;
}

export async function empty(): Promise<void> {
  const { Items = [] } = await harness.client.scan({ TableName: 'audit' });
  for (const { tenantId, eventKey } of Items) {
    await harness.client.delete({ TableName: 'audit', Key: { tenantId, eventKey } });
  }
  harness.calls.length = 0;
  harness.logged.length = 0;
  harness.now = 0;
}

let count = 0;
export const event = (keys: readonly string[], change: object = {}) => {
  count += 1;
  return {
    eventSource: 'kms.amazonaws.com',
    eventTime: '2026-11-24T17:00:00Z',
    eventName: 'Decrypt',
    eventID: `event-${count}`,
    requestID: `request-${count}`,
    sourceIPAddress: '192.0.2.1',
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/Alice' },
    requestParameters: { encryptionContext: { TenantId: 'acme' } },
    resources: keys.map((name) => ({ ARN: keyOf(name) })),
    ...change,
  };
};

export const request = (change: object = {}) => {
  count += 1;
  return {
    timestamp: '2026-11-24T17:00:00.123Z',
    level: 'INFO',
    message: 'request',
    requestId: `api-${count}`,
    tenantId: 'acme',
    principal: 'backend',
    sourceAddress: '192.0.2.2',
    operation: 'decrypt',
    outcome: 'succeeded',
    status: 200,
    kmsCalls: [{ requestId: 'request-1', dataKeyId: 'd' }],
    ...change,
  };
};

export const owners = () => keyOwners(harness.client, 'tenants', () => harness.now);

export const index = (group: string, lines: readonly object[], known = owners()) =>
  indexBatch(
    batchOf(
      delivery(
        group,
        lines.map((line) => JSON.stringify(line)),
      ),
    ),
    {
      client: harness.client,
      owners: known,
      environment,
    },
  );

export async function rows(): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await harness.client.scan({ TableName: 'audit', ConsistentRead: true });
  return Items;
}
export const tenantsOf = async () => (await rows()).map(({ tenantId }) => tenantId).sort();
