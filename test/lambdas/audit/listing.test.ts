/** A tenant's events by filter, order and range: exactly those that are asked for, page by page. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEvent } from '../../../contract/audit.ts';
import { auditFilters, auditQuery } from '../../../contract/audit-query.ts';
import { baselineKey, stackPartition } from '../../../contract/table-schema.ts';
import { auditRow } from '../../../lambdas/audit/audit-row.ts';
import { listEvents } from '../../../lambdas/audit/listing.ts';
import { openTable, type TestTable } from './harness.ts';

const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/acme';
const seconds = (second: number) => new Date(Date.UTC(2026, 10, 1, 0, 0, second)).toISOString();
const pick = <T>(values: readonly T[], at: number): T => values[at % values.length] as T;

/** Of every combination of what filters ask for, several in the same second. */
const events = Array.from({ length: 120 }, (_, at): AuditEvent => {
  const happened = {
    tenantId: 'acme',
    eventId: `event-${at}`,
    time: seconds(Math.floor(at / 3)),
    outcome: pick(['succeeded', 'refused', 'failed'] as const, at),
    operation: pick(['Encrypt', 'Decrypt', 'encrypt', 'decrypt'], at >> 1),
    principal: pick(['backend', 'arn:aws:iam::111122223333:role/a', 'zoë'], at >> 2),
    sourceAddress: '192.0.2.1',
    requestId: `request-${at}`,
  };
  if (at % 5 === 4) return { ...happened, kind: 'attempt', status: 403 };
  return at % 5 < 2
    ? { ...happened, kind: 'kms', keyArn, ...(at % 3 === 1 && { routine: true }) }
    : { ...happened, kind: 'request', actor: pick(['ann', 'bob'], at), status: 200, kmsCalls: [] };
});
const keyOf = ({ time, kind, eventId }: AuditEvent) => `${time}/${kind}/${eventId}`;
const sorted = events.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));

/** Of a key that two tenants claim each has the event. */
const ofGlobex = sorted.slice(0, 30).map((event): AuditEvent => ({ ...event, tenantId: 'globex' }));
const ofStack = sorted.slice(2, 9).map(({ tenantId: _, ...event }): AuditEvent => event);
const orderOf = (event: AuditEvent) => `${keyOf(event)}/${event.tenantId ?? stackPartition}`;
const ofAll = [...sorted, ...ofGlobex, ...ofStack].toSorted((one, other) =>
  orderOf(one) < orderOf(other) ? -1 : 1,
);

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
  await table.writeEvents('acme', events);
  await table.writeEvents('globex', ofGlobex);
  await table.writeEvents(stackPartition, ofStack);
});
afterAll(() => table.close());

type Whose = string | undefined;
const listOf = (whose: Whose, query: object) =>
  listEvents(table.client, table.tableName, whose, auditQuery.parse(query));
const list = (query: object) => listOf('acme', query);
const listAll = (query: object) => listOf(undefined, query);

async function paged(query: object, whose: Whose): Promise<AuditEvent[]> {
  const found: AuditEvent[] = [];
  let page = await listOf(whose, query);
  found.push(...page.events);
  while (page.nextCursor !== undefined) {
    page = await listOf(whose, { ...query, cursor: page.nextCursor });
    found.push(...page.events);
  }
  return found;
}

/** Of several filters seldom more than one is there, so that most queries find something. */
const optional = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const second = optional(fc.integer({ min: -2, max: 42 }).map(seconds));
const queries = fc
  .record({
    from: second,
    to: second,
    order: optional(fc.constantFrom('oldest', 'newest')),
    kind: optional(fc.constantFrom('kms', 'request', 'attempt')),
    outcome: optional(fc.constantFrom('succeeded', 'refused', 'failed')),
    operation: optional(fc.constantFrom('Encrypt', 'decrypt', 'ENCRYPT')),
    principal: optional(fc.constantFrom('backend', 'zoë', 'nobody')),
    actor: optional(fc.constantFrom('ann', 'carol')),
    routine: optional(fc.constantFrom('true', 'false')),
    limit: fc.integer({ min: 5, max: 50 }).map(String),
  })
  .filter(({ from, to }) => from === undefined || to === undefined || from <= to);

/** What the query asks for, of sorted events. */
function wantedOf(all: readonly AuditEvent[], query: object): readonly AuditEvent[] {
  const { from = '', to = '~', order, routine } = query as Readonly<Record<string, string>>;
  const wanted = all.filter(
    (event) =>
      event.time >= from &&
      event.time < to &&
      (routine === 'true' || !('routine' in event)) &&
      auditFilters.every((name) => {
        const asked = (query as Readonly<Record<string, unknown>>)[name];
        return asked === undefined || asked === (event as Record<string, unknown>)[name];
      }),
  );
  return order === 'newest' ? wanted.toReversed() : wanted;
}

test.each<[string, Whose, readonly AuditEvent[]]>([
  ["a tenant's events", 'acme', sorted],
  ["all tenants' events, and the stack's", undefined, ofAll],
])(
  'paging %s gives exactly those that were asked for, in order, once',
  async (_, whose, all) => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const wanted = wantedOf(all, query);
        found += wanted.length;
        expect(await paged(query, whose)).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(300);
  },
  60_000,
);

describe("all tenants' events", () => {
  test("say whose they are, and those of the stack that they are nobody's", async () => {
    const { events: found } = await listAll({ from: seconds(0), to: seconds(1), routine: 'true' });
    expect(found.map(({ eventId, tenantId }) => [eventId, tenantId])).toEqual(
      ofAll
        .filter(({ time }) => time < seconds(1))
        .map(({ eventId, tenantId }) => [eventId, tenantId]),
    );
    const whose = new Set(found.map(({ tenantId }) => tenantId));
    expect(whose).toEqual(new Set(['acme', 'globex', undefined]));
  });

  test('are never what was written to a baseline, whatever attributes that has', async () => {
    const planted = { ...auditRow('acme', sorted[0] as AuditEvent, 30), ...baselineKey('acme') };
    await table.write([planted]);
    expect(await paged({ limit: '1000', routine: 'true' }, undefined)).toEqual(ofAll);
  });

  test('take one read of each shard for a page, whatever the range of time', async () => {
    const year = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', routine: 'true' };
    expect(await table.readsOf(() => listAll({ ...year, limit: '100' }))).toBe(8);
    expect(await table.readsOf(() => listAll({ to: '2026-01-01T00:00:00Z' }))).toBe(8);
  });

  test.each([
    ["a tenant's", 'acme', undefined],
    ["that of all tenants', for a tenant", undefined, 'acme'],
  ])('take no cursor of another list: %s', async (_, of: Whose, other: Whose) => {
    const { nextCursor: cursor } = await listOf(of, { limit: '10' });
    await expect(listOf(other, { limit: '10', cursor })).rejects.toMatchObject({
      code: 'invalid-cursor',
    });
  });
});

test.each([
  ['an operator of DynamoDB', { principal: '#kind = :kind OR attribute_exists(tenantId)' }],
  ['a name of a value', { operation: ':kind' }],
  ['a quote', { actor: "' OR '1'='1" }],
])('a filter that is %s is text like any other', async (_, query) => {
  expect(await list(query)).toEqual({ events: [] });
});

describe('a cursor', () => {
  const query = { limit: '10', outcome: 'succeeded', from: seconds(0), to: seconds(39) };
  const cursorOf = async (more: object = {}) => (await list({ ...query, ...more })).nextCursor;

  test('goes on in its own query, whatever the size of the page', async () => {
    const cursor = await cursorOf();
    expect((await list({ ...query, limit: '3', cursor })).events).toHaveLength(3);
  });

  test.each([
    ['in the other order', { order: 'newest' }],
    ['with another filter', { outcome: 'refused' }],
    ['without a filter', { outcome: undefined }],
    ['with a filter more', { kind: 'kms' }],
    ['with another beginning', { from: seconds(1) }],
    ['without an end', { to: undefined }],
    ['with routine reads', { routine: 'true' }],
  ])('is none %s', async (_, change) => {
    const cursor = await cursorOf();
    expect(cursor).toBeDefined();
    await expect(list({ ...query, ...change, cursor })).rejects.toMatchObject({
      code: 'invalid-cursor',
    });
  });

  test("is none for a neighbour's events", async () => {
    const cursor = await cursorOf();
    await expect(listOf('globex', { ...query, cursor })).rejects.toMatchObject({
      code: 'invalid-cursor',
    });
  });

  test('that is forged on its position shows nothing else than the query does', async () => {
    const cursor = (await cursorOf()) as string;
    const { of } = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const all = new Set(
      (await paged({ ...query, limit: '1000' }, 'acme')).map(({ eventId }) => eventId),
    );
    const forged = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.constantFrom(...sorted.map(keyOf)),
      fc.constantFrom('globex/', seconds(0), seconds(39), '0', '!', '~', `${seconds(0)}!`),
      fc.integer({ min: -2, max: 42 }).map((at) => `${seconds(at)}/`),
    );
    await fc.assert(
      fc.asyncProperty(forged, fc.constantFrom('oldest', 'newest'), async (after, order) => {
        const ofOrder = order === 'oldest' ? of : undefined;
        const text = JSON.stringify({ after, of: ofOrder ?? (await fingerprint(order)) });
        const given = Buffer.from(text).toString('base64url');
        try {
          const page = await list({ ...query, order, cursor: given });
          for (const { eventId } of page.events) expect(all).toContain(eventId);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-cursor' });
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  async function fingerprint(order: string): Promise<unknown> {
    const cursor = (await cursorOf({ order })) as string;
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()).of;
  }
});

test('a page is one call, and two where something of it is left out', async () => {
  expect(await table.readsOf(() => list({ limit: '50', routine: 'true' }))).toBe(1);
  expect(await table.readsOf(() => list({ limit: '50' }))).toBe(2);
});
