/** An event and its row: what the key of the row says, and that the event is read as it was. */
import { describe, expect, test } from '@jest/globals';
import type { AttemptEvent, RequestEvent } from '../../../contract/audit.ts';
import { allEventsShards, partitionKey, stackPartition } from '../../../contract/table-schema.ts';
import { tenantId } from '../../../contract/tenant-id.ts';
import { auditRow, eventOf } from '../../../lambdas/audit/audit-row.ts';
import { eventsAt } from './events.ts';

const { happened, keyEvent, requestEvent } = eventsAt('2026-11-24T17:00:00.000Z');

const changeEvent: RequestEvent = {
  ...requestEvent,
  operation: 'suspend',
  issuer: 'https://issuer.example',
  actor: 'jane@example.com',
  label: 'ticket 7',
  before: { status: 'ACTIVE' },
  after: { status: 'SUSPENDED' },
};
const attemptEvent: AttemptEvent = {
  ...happened,
  kind: 'attempt',
  operation: 'decrypt',
  outcome: 'refused',
  errorCode: 'forbidden',
  status: 403,
  times: 3,
};

test('the shards take turns at random, and none is a tenant id', () => {
  const counts = new Map(allEventsShards.map((shard) => [shard, 0]));
  for (let at = 0; at < 8000; at += 1) {
    const { eventShard } = auditRow('acme', { ...keyEvent, eventId: `event-${at}` }, 30);
    counts.set(eventShard, (counts.get(eventShard) as number) + 1);
  }
  expect(counts.size).toBe(8);
  for (const [shard, count] of counts) {
    expect(tenantId.safeParse(shard).success).toBe(false);
    expect(Math.abs(count - 1000)).toBeLessThan(200);
  }
});

describe('a row', () => {
  test('has the event in its key, after the time by which rows are sorted', () => {
    expect(auditRow('acme', keyEvent, 30)).toMatchObject({
      tenantId: 'acme',
      eventKey: '2026-11-24T17:00:00.000Z/kms/event-1',
    });
  });

  test('expires so many days after the event, whenever it is written', () => {
    const { expiresAt } = auditRow('acme', requestEvent, 30);
    expect(expiresAt).toBe(Date.parse('2026-12-24T17:00:00Z') / 1000);
  });

  test.each<[Record<string, string>]>([
    [{ TenantId: 'acme', constructor: 'x', toString: 'y' }],
    [{}],
  ])('has the encryption context %j as text', (encryptionContext) => {
    const row = auditRow('acme', { ...keyEvent, encryptionContext }, 30);
    expect(row).toMatchObject({ encryptionContext: JSON.stringify(encryptionContext) });
    expect(eventOf(row)).toEqual({ ...keyEvent, tenantId: 'acme', encryptionContext });
  });

  test("is in the index of all tenants' events, in the same shard whenever it is written", () => {
    const [row, again] = [auditRow('acme', keyEvent, 30), auditRow('globex', keyEvent, 365)];
    expect(row.eventOrder).toBe('2026-11-24T17:00:00.000Z/kms/event-1/acme');
    expect(row.eventShard).toBe(again.eventShard);
    expect(row.eventOrder).not.toBe(again.eventOrder);
  });
});

test("the stack's partition is no tenant's, and its events name none", () => {
  expect(eventOf(auditRow(stackPartition, requestEvent, 30))).toEqual(requestEvent);
  expect(auditRow(stackPartition, requestEvent, 30)[partitionKey]).toBe(stackPartition);
  expect(tenantId.safeParse(stackPartition).success).toBe(false);
});

test.each([
  keyEvent,
  { ...keyEvent, operation: 'DescribeKey', routine: true } as const,
  requestEvent,
  changeEvent,
  attemptEvent,
])('an event of $kind, $operation, is read as it was', (event) => {
  expect(eventOf(auditRow('acme', event, 30))).toEqual({ ...event, tenantId: 'acme' });
});

test.each([
  ['without an outcome', { outcome: undefined }],
  ['of an unknown kind', { kind: 'other' }],
  ['with an attribute that this version does not know', { content: 'secret' }],
])('a row %s is an error, not an event', (_, change) => {
  expect(() => eventOf({ ...auditRow('acme', keyEvent, 30), ...change })).toThrow();
});
