/** A tenant's events by filter, order and range: exactly those that are asked for, page by page. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEvent } from '../../../contract/audit.ts';
import { auditFilters, auditQuery } from '../../../contract/audit-query.ts';
import { listEvents } from '../../../lambdas/audit/listing.ts';
import { openTable, type TestTable } from './harness.ts';

const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/acme';
const seconds = (second: number) => new Date(Date.UTC(2026, 10, 1, 0, 0, second)).toISOString();
const pick = <T>(values: readonly T[], at: number): T => values[at % values.length] as T;

/** Of every combination of what filters ask for, several in the same second. */
const events = Array.from({ length: 120 }, (_, at): AuditEvent => {
  const happened = {
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

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
  await table.writeEvents('acme', events);
  await table.writeEvents('globex', events.slice(0, 30));
});
afterAll(() => table.close());

const list = (query: object, tenantId = 'acme') =>
  listEvents(table.client, table.tableName, tenantId, auditQuery.parse(query));

async function paged(query: object): Promise<AuditEvent[]> {
  const found: AuditEvent[] = [];
  let page = await list(query);
  found.push(...page.events);
  while (page.nextCursor !== undefined) {
    page = await list({ ...query, cursor: page.nextCursor });
    found.push(...page.events);
  }
  return found;
}

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
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
    limit: fc.integer({ min: 1, max: 50 }).map(String),
  })
  .filter(({ from, to }) => from === undefined || to === undefined || from <= to);

test('paging gives exactly the events that were asked for, in order, once', async () => {
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      const { from = '', to = '~', order, routine } = query;
      const wanted = sorted.filter(
        (event) =>
          event.time >= from &&
          event.time < to &&
          (routine === 'true' || !('routine' in event)) &&
          auditFilters.every((name) => {
            const asked = (query as Readonly<Record<string, unknown>>)[name];
            return asked === undefined || asked === (event as Record<string, unknown>)[name];
          }),
      );
      const expected = order === 'newest' ? wanted.toReversed() : wanted;
      expect(await paged(query)).toEqual(expected);
    }),
    { numRuns: 80 },
  );
}, 60_000);

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
    await expect(list({ ...query, cursor }, 'globex')).rejects.toMatchObject({
      code: 'invalid-cursor',
    });
  });

  test('that is forged on its position shows nothing else than the query does', async () => {
    const cursor = (await cursorOf()) as string;
    const { of } = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const all = new Set((await paged({ ...query, limit: '1000' })).map(({ eventId }) => eventId));
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
