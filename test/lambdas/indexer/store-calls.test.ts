/** Lines of calls of key stores that CloudTrail does not record: whose events they are, and who can make one. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventOf } from '../../../lambdas/audit/audit-row.ts';
import { indexBatch } from '../../../lambdas/indexer/index-events.ts';
import { storeCallMessage } from '../../../lambdas/observability/store-call.ts';
import { batchOf, delivery } from './delivery.ts';
import {
  certificates,
  controlPlane,
  environment,
  harness,
  index,
  owners,
  reconciler,
  request,
  rows,
  sessionBroker,
  tenantRole,
  useHarness,
} from './harness.ts';

useHarness();

const call = (change: object = {}) => ({
  timestamp: '2026-11-24T17:00:00.123Z',
  level: 'INFO',
  message: storeCallMessage,
  keyStore: 'vault',
  operation: 'POST transit/datakey/plaintext',
  tenantId: 'acme',
  requestId: 'bad7ed3e-c7f7-8e04-c6c7-64be3ebc7f6d',
  correlationId: '2f1c8d54-7d0a-4e8e-9a43-0f1f5a1e6f10',
  outcome: 'succeeded',
  ...change,
});

const eventsIn = async (group: string, ...lines: readonly object[]) => {
  await index(group, lines);
  return (await rows()).map(eventOf);
};

test('a call is an event of the tenant, by our own word, with the store’s request id', async () => {
  expect(await eventsIn('crypto-log', call())).toEqual([
    {
      kind: 'kms',
      tenantId: 'acme',
      eventId: expect.any(String),
      time: '2026-11-24T17:00:00.123Z',
      operation: 'POST transit/datakey/plaintext',
      outcome: 'succeeded',
      principal: tenantRole,
      sourceAddress: 'unknown',
      requestId: 'bad7ed3e-c7f7-8e04-c6c7-64be3ebc7f6d',
      keyStore: 'vault',
      source: 'product-log',
      correlationId: '2f1c8d54-7d0a-4e8e-9a43-0f1f5a1e6f10',
    },
  ]);
});

test('a call in a tenant’s own account says for whom, by AWS’s words and ids', async () => {
  const there = { keyStore: 'aws-kms-external', correlationId: undefined };
  const keyArn = `arn:aws:kms:us-east-1:222222222222:key/${randomUUID()}`;
  const calls = [
    call({ ...there, operation: 'sts:AssumeRole', requestId: 'one' }),
    call({ ...there, operation: 'kms:GenerateDataKeyWithoutPlaintext', requestId: 'two', keyArn }),
    call({
      ...there,
      ...{ operation: 'kms:Decrypt', requestId: 'three', outcome: 'refused' },
      errorCode: 'AccessDeniedException',
    }),
    call({
      ...there,
      ...{ operation: 'kms:Decrypt', requestId: undefined, outcome: 'failed' },
      errorCode: 'ECONNRESET',
    }),
  ];
  const events = await eventsIn('crypto-log', ...calls);
  expect(events).toHaveLength(4);
  for (const event of events) {
    expect(event).toMatchObject({ keyStore: 'aws-kms-external', source: 'product-log' });
    expect(event).not.toHaveProperty('correlationId');
  }
  const ids = events.map(({ requestId }) => requestId);
  expect(ids.sort()).toEqual(['one', 'three', 'two', 'unknown']);
  const named = events.flatMap((event) =>
    'keyArn' in event ? [[event.requestId, event.keyArn]] : [],
  );
  expect(named).toEqual([['two', keyArn]]);
  const strange = call({
    ...there,
    operation: 'kms:Decrypt',
    requestId: 'five',
    keyArn: 'its key',
  });
  expect(await eventsIn('crypto-log', strange)).toHaveLength(4);
});

test('a call without an answer is an event, by what the call said of itself', async () => {
  const slow = call({ requestId: undefined, outcome: 'failed', errorCode: 'slow' });
  expect(await eventsIn('crypto-log', slow)).toMatchObject([
    { requestId: 'unknown', correlationId: call().correlationId, errorCode: 'slow' },
  ]);
});

test('the request that made the call names it, as it names calls of KMS', async () => {
  const { requestId } = call();
  const asked = request({ kmsCalls: [{ requestId, dataKeyId: 'd' }] });
  expect(await eventsIn('crypto-log', asked, call())).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'request', kmsCalls: [{ requestId, dataKeyId: 'd' }] }),
      expect.objectContaining({ kind: 'kms', requestId }),
    ]),
  );
});

test('a batch of 100 items whose calls are as many is an event for each', async () => {
  const calls = Array.from({ length: 100 }, (_, at) => call({ requestId: `request-${at}` }));
  const events = await eventsIn('crypto-log', ...calls);
  expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(100);
});

test('what is delivered again is the same event', async () => {
  await index('crypto-log', [call()]);
  await index('crypto-log', [call()]);
  expect(await rows()).toHaveLength(1);
});

describe('who made the call', () => {
  test.each([
    ['crypto-log', tenantRole],
    ['tenants-log', controlPlane],
    ['certificates-log', certificates],
    ['reconciler-log', reconciler],
    ['session-broker-log', sessionBroker],
  ])('the log group says: %s', async (group, principal) => {
    expect(await eventsIn(group, call())).toMatchObject([{ tenantId: 'acme', principal }]);
  });

  test('no function that calls no store can say it did', async () => {
    expect(await eventsIn('audit-log', call())).toEqual([]);
  });

  test.each(['reconciler-log', 'session-broker-log'])('the %s has no requests', async (group) => {
    expect(await eventsIn(group, request())).toEqual([]);
  });

  test.each(['reconciler-log', 'session-broker-log'])(
    'without a store that needs it the %s is not indexed',
    async (group) => {
      const { RECONCILER_LOG_GROUP: _, SESSION_BROKER_LOG_GROUP: __, ...rest } = environment;
      const batch = batchOf(delivery(group, [JSON.stringify(call())]));
      const context = { client: harness.client, owners: owners(), environment: rest };
      await expect(indexBatch(batch, context)).rejects.toThrow('none that is indexed');
    },
  );
});

describe('a call about no tenant', () => {
  test('is an event of the stack’s own: a sign-in of the control plane', async () => {
    const login = call({ operation: 'POST auth/login', tenantId: undefined });
    const [event] = await eventsIn('tenants-log', login);
    expect(event).toMatchObject({ operation: 'POST auth/login', principal: controlPlane });
    expect(event).not.toHaveProperty('tenantId');
  });

  test.each(['crypto-log', 'session-broker-log'])(
    'is none where all is done for a tenant: %s',
    async (group) => {
      expect(await eventsIn(group, call({ tenantId: undefined }))).toEqual([]);
    },
  );
});

describe('nothing comes into an event but what the logger writes', () => {
  const [tooLong, token] = ['a'.repeat(200), 'hvb.AAAA'];
  test.each([
    ['a member more', { token }],
    ['a principal of its own', { principal: controlPlane }],
    ['another store', { keyStore: 'aws-kms' }],
    ['a path with a key’s name', { operation: 'POST transit/decrypt/acme7' }],
    ['an operation without a method', { operation: 'Decrypt' }],
    ['an operation of another service', { operation: 's3:GetObject' }],
    ['an operation with a name behind it', { operation: 'kms:Decrypt acme' }],
    ['a store’s id that is a text', { requestId: `${tooLong}` }],
    ['a store’s id that is markup', { requestId: '<script>' }],
    ['words of the store’s', { errorCode: 'permission denied: hvs.x' }],
    ['a tenant that is none', { tenantId: 'Acme/globex' }],
    ['another source', { source: 'cloudtrail' }],
  ])('%s: the line is not read', async (_, change) => {
    expect(await eventsIn('crypto-log', call(change))).toEqual([]);
  });
});

test('no request that a caller makes is a call of a store, whatever it claims', async () => {
  const text = fc.oneof(
    fc.string(),
    fc.constant(JSON.stringify(call())),
    fc.constant(`\n${JSON.stringify(call())}\n`),
    fc.constant(storeCallMessage),
  );
  await fc.assert(
    fc.asyncProperty(text, text, text, async (actor, label, principal) => {
      const events = await eventsIn('crypto-log', request({ actor, label, principal }));
      expect(events.map(({ kind }) => kind)).not.toContain('kms');
    }),
    { numRuns: 50 },
  );
});
