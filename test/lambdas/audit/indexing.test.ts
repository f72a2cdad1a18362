/** From lines to rows, on the tables of the local stack. */
import {
  type BatchWriteItemCommand,
  DynamoDB,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { KeyEvent } from '../../../lambdas/audit/contract.ts';
import { indexed } from '../../../lambdas/audit/indexing.ts';
import { eventOf } from '../../../lambdas/audit/item.ts';
import { keyOwners } from '../../../lambdas/audit/key-owners.ts';
import { readLogBatch } from '../../../lambdas/audit/log-batch.ts';
import { RowsNotWritten } from '../../../lambdas/audit/writing.ts';
import { credentialStore } from '../../../local/aws/credentials.ts';
import { type AwsEndpoint, type FinishedCall, serveAws } from '../../../local/aws/endpoint.ts';
import { systemClock } from '../../../local/clock.ts';
import { dynamodb } from '../../../local/dynamodb/service.ts';
import { administrator } from '../../local/administrator.ts';
import { delivery } from './delivery.ts';

const account = { accountId: '111122223333', region: 'us-east-1', partition: 'aws' };
const keyOf = (name: string) => `arn:aws:kms:us-east-1:111122223333:key/${name}`;
const controlPlane = 'arn:aws:iam::111122223333:role/ControlPlane';
const tenantRole = 'arn:aws:iam::111122223333:role/TenantRole';
const environment = {
  TABLE_NAME: 'tenants',
  AUDIT_TABLE_NAME: 'audit',
  AUDIT_RETENTION_DAYS: 30,
  ACCOUNT_ID: account.accountId,
  CONTROL_PLANE_ROLE_ARN: controlPlane,
  TENANT_ROLE_ARN: tenantRole,
  TRAIL_LOG_GROUP: 'trail',
  REQUEST_LOG_GROUP: 'requests',
};

let endpoint: AwsEndpoint;
let table: DynamoDB;
let configuration: DynamoDBClientConfig;
let calls: FinishedCall[];
let now: number;
const ends: (() => Promise<void>)[] = [];
const logged: Record<string, unknown>[] = [];

beforeAll(async () => {
  const tables = await dynamodb(account);
  const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' }) as const;
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' }) as const;
  const BillingMode = 'PAY_PER_REQUEST';
  await tables.createTable({
    TableName: 'tenants',
    AttributeDefinitions: [string('tenantId'), string('keyArn')],
    KeySchema: [hash('tenantId')],
    BillingMode,
    GlobalSecondaryIndexes: [
      {
        IndexName: 'keyArn',
        KeySchema: [hash('keyArn')],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  await tables.createTable({
    TableName: 'audit',
    AttributeDefinitions: [string('tenantId'), string('eventKey')],
    KeySchema: [hash('tenantId'), { AttributeName: 'eventKey', KeyType: 'RANGE' }],
    BillingMode,
  });
  const credentials = credentialStore(systemClock);
  calls = [];
  endpoint = await serveAws({
    services: [tables.service],
    credentials,
    clock: systemClock,
    port: 0,
    onCall: (call) => calls.push(call),
    ...account,
  });
  configuration = {
    endpoint: endpoint.url,
    region: account.region,
    maxAttempts: 1,
    credentials: credentials.issue(administrator(account.accountId)),
  };
  table = new DynamoDB(configuration);
  ends.push(endpoint.close, () => tables.close());
  for (const tenantId of ['acme', 'globex']) {
    const Item = { tenantId: { S: tenantId }, keyArn: { S: keyOf(tenantId) } };
    await table.putItem({ TableName: 'tenants', Item });
  }
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    logged.push(JSON.parse(String(line)));
    return true;
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  for (const end of ends) await end();
});
beforeEach(async () => {
  for (const { tenantId, eventKey } of (await table.scan({ TableName: 'audit' })).Items ?? []) {
    await table.deleteItem({
      TableName: 'audit',
      Key: { tenantId: tenantId as never, eventKey: eventKey as never },
    });
  }
  calls.length = 0;
  logged.length = 0;
  now = 0;
});

let count = 0;
const event = (keys: readonly string[], change: object = {}) => {
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

const request = (change: object = {}) => {
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

const owners = () => keyOwners(table, 'tenants', () => now);

const index = (group: string, lines: readonly object[], known = owners()) =>
  indexed(
    readLogBatch(
      delivery(
        group,
        lines.map((line) => JSON.stringify(line)),
      ),
    ),
    {
      table,
      owners: known,
      environment,
    },
  );

async function rows(): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await table.scan({ TableName: 'audit', ConsistentRead: true });
  return Items.map((item) => unmarshall(item));
}
const tenantsOf = async () => (await rows()).map(({ tenantId }) => tenantId).sort();

describe('events of the trail', () => {
  test("are rows of the key's tenant, which go away in time, and lines for alarms", async () => {
    const one = event(['acme'], { errorCode: 'AccessDenied' });
    const summary = await index('trail', [one]);
    expect(summary).toEqual({
      IndexedLines: 1,
      IndexedRows: 1,
      UnreadableLines: 0,
      TableCalls: 1,
    });
    expect(await rows()).toEqual([
      {
        tenantId: 'acme',
        eventKey: `2026-11-24T17:00:00.000Z/kms/${one.eventID}`,
        expiresAt: Date.parse('2026-12-24T17:00:00Z') / 1000,
        kind: 'kms',
        eventId: one.eventID,
        time: '2026-11-24T17:00:00.000Z',
        operation: 'Decrypt',
        outcome: 'refused',
        errorCode: 'AccessDenied',
        principal: 'arn:aws:iam::111122223333:user/Alice',
        sourceAddress: '192.0.2.1',
        requestId: one.requestID,
        keyArn: keyOf('acme'),
        encryptionContext: '{"TenantId":"acme"}',
      },
    ]);
    expect(logged).toEqual([
      {
        timestamp: expect.any(String),
        level: 'INFO',
        message: 'key event',
        tenantId: 'acme',
        time: '2026-11-24T17:00:00.000Z',
        operation: 'Decrypt',
        outcome: 'refused',
        errorCode: 'AccessDenied',
        principal: 'arn:aws:iam::111122223333:user/Alice',
        keyArn: keyOf('acme'),
        eventId: one.eventID,
      },
    ]);
  });

  test("of keys that are no tenant's are no rows, whatever they say of tenants", async () => {
    const tags = [
      { tagKey: 'TenantId', tagValue: 'acme' },
      { tagKey: 'ManagedBy', tagValue: 'tenant-keys' },
    ];
    const summary = await index('trail', [
      event(['stranger']),
      event([]),
      // A key that somebody else makes in a tenant's name.
      event(['forged'], { eventName: 'CreateKey', requestParameters: { tags } }),
      event(['forged']),
    ]);
    expect(summary).toMatchObject({ IndexedLines: 4, IndexedRows: 0 });
    expect(await rows()).toEqual([]);
    expect(logged).toEqual([]);
  });

  test('of a key that the control plane has just made are the new tenant’s', async () => {
    const made = event(['new'], {
      eventName: 'CreateKey',
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/ControlPlane/tenants',
        sessionContext: { sessionIssuer: { arn: controlPlane } },
      },
      requestParameters: {
        tags: [
          { tagKey: 'TenantId', tagValue: 'umbrella' },
          { tagKey: 'ManagedBy', tagValue: 'tenant-keys' },
        ],
      },
    });
    await index('trail', [made, event(['new'], { eventName: 'CreateAlias' })]);
    expect(await tenantsOf()).toEqual(['umbrella', 'umbrella']);
  });

  test('of two tenants’ keys are a row for each, and one where both keys are one tenant’s', async () => {
    await index('trail', [event(['acme', 'globex'], { eventName: 'ReEncrypt' })]);
    expect(await tenantsOf()).toEqual(['acme', 'globex']);
    await index('trail', [event(['globex', 'globex'], { eventName: 'ReEncrypt' })]);
    expect(await tenantsOf()).toEqual(['acme', 'globex', 'globex']);
  });

  test('that no reader can read are counted, and stop no other', async () => {
    const batch = delivery('trail', ['{', '"x"', JSON.stringify(event(['acme']))]);
    const known = { table, owners: owners(), environment };
    expect(await indexed(readLogBatch(batch), known)).toMatchObject({
      IndexedLines: 3,
      IndexedRows: 1,
      UnreadableLines: 2,
    });
  });
});

test('what is delivered again changes nothing', async () => {
  const events = [event(['acme']), event(['globex']), event(['acme'])];
  const requests = [request(), request({ tenantId: 'globex' })];
  await index('trail', events);
  await index('requests', requests);
  const before = await rows();
  await index('trail', [...events, ...events]);
  await index('requests', requests);
  expect(await rows()).toEqual(before);
  expect(before).toHaveLength(5);
});

describe('lines of requests', () => {
  test('are rows of the tenant whose token it was', async () => {
    await index('requests', [request({ Items: 3, FailedItems: 1, code: 'x', content: 'secret' })]);
    const [row] = await rows();
    expect(row).toMatchObject({
      tenantId: 'acme',
      kind: 'request',
      time: '2026-11-24T17:00:00.123Z',
      operation: 'decrypt',
      principal: 'backend',
      status: 200,
      errorCode: 'x',
      items: 3,
      failedItems: 1,
      kmsCalls: [{ requestId: 'request-1', dataKeyId: 'd' }],
    });
    expect(row).not.toHaveProperty('content');
  });

  test('make no events of KMS, nor events of the trail requests', async () => {
    expect(await index('requests', [event(['acme'])])).toMatchObject({ UnreadableLines: 1 });
    expect(await index('trail', [request()])).toMatchObject({ UnreadableLines: 1 });
    expect(await rows()).toEqual([]);
  });

  test.each(['*', 'baseline/acme', 'ACME', '', undefined])(
    'of a tenant that cannot be (%s) are not read',
    async (tenantId) => {
      expect(await index('requests', [request({ tenantId })])).toMatchObject({ IndexedRows: 0 });
      expect(await rows()).toEqual([]);
    },
  );
});

test('a log group that is none of ours fails', async () => {
  await expect(index('other', [event(['acme'])])).rejects.toThrow('none that is indexed');
});

describe('whose key it is', () => {
  test('is asked once, and of what is nobody’s again after a minute', async () => {
    const known = owners();
    const queries = () => calls.filter(({ operation }) => operation === 'Query').length;
    for (let batch = 0; batch < 3; batch += 1) {
      await index('trail', [event(['acme']), event(['acme']), event(['late'])], known);
    }
    expect(queries()).toBe(2);
    await table.putItem({
      TableName: 'tenants',
      Item: { tenantId: { S: 'latecomer' }, keyArn: { S: keyOf('late') } },
    });
    now += 60_001;
    await index('trail', [event(['acme']), event(['late'])], known);
    expect(queries()).toBe(3);
    expect((await tenantsOf()).filter((tenantId) => tenantId === 'latecomer')).toHaveLength(1);
  });

  test('is nobody’s where two rows name it', async () => {
    for (const tenantId of ['one', 'two']) {
      const Item = { tenantId: { S: tenantId }, keyArn: { S: keyOf('shared') } };
      await table.putItem({ TableName: 'tenants', Item });
    }
    await index('trail', [event(['shared'])]);
    expect(await rows()).toEqual([]);
  });
});

describe('an event that somebody has made odd', () => {
  /** Names that mean something to JavaScript, and to DynamoDB's converter. */
  test.each(['constructor', 'toString', 'S', 'L', '$', 'a.b', 'x'.repeat(300), '\u{1f511}'])(
    'with a name of its context such as %s is a row, and reads as it was',
    async (name) => {
      const encryptionContext = { TenantId: 'acme', [name]: 'x' };
      const odd = event(['acme'], { requestParameters: { encryptionContext } });
      const summary = await index('trail', [odd, event(['acme'])]);
      expect(summary).toMatchObject({ IndexedRows: 2, UnreadableLines: 0 });
      const { Items = [] } = await table.scan({ TableName: 'audit' });
      expect(Items.map((item) => (eventOf(item) as KeyEvent).encryptionContext)).toContainEqual(
        encryptionContext,
      );
    },
  );

  test('that can never be a row takes none of the others with it, and is told', async () => {
    const tooLong = event(['acme'], { eventID: 'x'.repeat(1100) });
    const lines = [...Array.from({ length: 30 }, () => event(['acme'])), tooLong];
    expect(await index('trail', lines)).toMatchObject({ IndexedRows: 30, UnreadableLines: 1 });
    expect(await rows()).toHaveLength(30);
    expect(logged).toContainEqual(expect.objectContaining({ message: 'event not written' }));
  });
});

describe('writing', () => {
  test('takes as many rows at once as DynamoDB does', async () => {
    const lines = Array.from({ length: 60 }, () => event(['acme']));
    expect(await index('trail', lines)).toMatchObject({ IndexedRows: 60, TableCalls: 3 });
    expect(await rows()).toHaveLength(60);
  });

  /** DynamoDB gives back what it had no capacity for, which no local table has. */
  function givingBack(times: number) {
    const client = new DynamoDB(configuration);
    let left = times;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const { RequestItems = {} } = args.input as BatchWriteItemCommand['input'];
          const requests = RequestItems.audit ?? [];
          if (commandName !== 'BatchWriteItemCommand' || left === 0) return next(args);
          left -= 1;
          const [first, ...rest] = requests;
          await table.batchWriteItem({ RequestItems: { audit: [first as never] } });
          const output = { UnprocessedItems: { audit: rest }, $metadata: {} };
          return { response: {}, output } as never;
        },
      { step: 'initialize' },
    );
    return client;
  }

  test('is tried again for what DynamoDB gave back', async () => {
    const lines = delivery(
      'trail',
      [1, 2, 3, 4].map(() => JSON.stringify(event(['acme']))),
    );
    const summary = await indexed(readLogBatch(lines), {
      table: givingBack(2),
      owners: owners(),
      environment,
    });
    expect(summary.TableCalls).toBe(3);
    expect(await rows()).toHaveLength(4);
  });

  test('that never ends fails, so that the lines are delivered again', async () => {
    const lines = delivery(
      'trail',
      Array.from({ length: 12 }, () => JSON.stringify(event(['acme']))),
    );
    const failing = indexed(readLogBatch(lines), {
      table: givingBack(20),
      owners: owners(),
      environment,
    });
    await expect(failing).rejects.toThrow(RowsNotWritten);
    // The lines for alarms are there all the same.
    expect(logged.map(({ message }) => message)).toEqual(Array(12).fill('key event'));
  });
});
