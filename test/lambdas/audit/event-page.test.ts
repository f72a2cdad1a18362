/** Pages of sorted lists: whatever is in them, all rows come once and in order, and no page costs more than its bound. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRow } from '../../../lambdas/audit/audit-row.ts';
import { mostReads, type PageWanted, pageOf, type Row } from '../../../lambdas/audit/event-page.ts';
import { openTable, type TestTable } from './harness.ts';

let table: TestTable;
beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

let made = 0;
/** @returns the lists' partition keys */
async function lists(count: number, rows: readonly (readonly [list: number, row: object])[]) {
  made += 1;
  const partitions = Array.from({ length: count }, (_, at) => `lists-${made}-${at}`);
  await table.write(
    rows.map(([list, row]) => ({ tenantId: partitions[list % count], ...row }) as AuditRow),
  );
  return partitions;
}

const all = { from: '0', to: '~', order: 'oldest', limit: 5, filter: {} } as const;
const page = (partitions: readonly string[], wanted: Partial<PageWanted>) =>
  pageOf(
    {
      client: table.client,
      tableName: table.tableName,
      partitionKey: 'tenantId',
      sortKey: 'eventKey',
      partitions,
    },
    { ...all, ...wanted },
  );

const red = {
  FilterExpression: '#colour = :colour',
  ExpressionAttributeNames: { '#colour': 'colour' },
  ExpressionAttributeValues: { ':colour': 'red' },
};

/** @returns every row, page by page, each page being no longer than it may be */
async function paged(partitions: readonly string[], wanted: Pick<PageWanted, 'order' | 'limit'>) {
  const found: Row[] = [];
  let range = { from: all.from as string, to: all.to as string };
  for (;;) {
    const { rows, readTo } = await page(partitions, { ...wanted, ...range, filter: red });
    expect(rows.length).toBeLessThanOrEqual(wanted.limit);
    found.push(...rows);
    if (readTo === undefined) return found.map(({ eventKey }) => eventKey);
    // Keys have one length here, so that the next text after or before one is easily made.
    const next = Number(readTo) + (wanted.order === 'oldest' ? 1 : -1);
    const bound = String(next).padStart(4, '0');
    range = wanted.order === 'oldest' ? { ...range, from: bound } : { ...range, to: bound };
  }
}

test('all rows that are wanted come once and in order, from however many lists', async () => {
  const rows = fc.uniqueArray(
    fc.record({ key: fc.integer({ min: 1, max: 9998 }), list: fc.nat(7), isRed: fc.boolean() }),
    { selector: ({ key }) => key, maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom('oldest' as const, 'newest' as const),
      fc.integer({ min: 1, max: 12 }),
      async (given, count, order, limit) => {
        const text = (key: number) => String(key).padStart(4, '0');
        const partitions = await lists(
          count,
          given.map(({ key, list, isRed }) => [
            list,
            { eventKey: text(key), colour: isRed ? 'red' : 'blue' },
          ]),
        );
        const wanted = given.filter(({ isRed }) => isRed).map(({ key }) => text(key));
        const sorted = wanted.sort();
        expect(await paged(partitions, { order, limit })).toEqual(
          order === 'oldest' ? sorted : sorted.reverse(),
        );
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

describe('what a page costs', () => {
  const rows = (count: number, row: object = {}) =>
    Array.from(
      { length: count },
      (_, at) => [at, { eventKey: String(at).padStart(4, '0'), ...row }] as const,
    );
  /** DynamoDB ends a read at 1 MB, so after some 27 of these. */
  const large = { principal: 'x'.repeat(38_000) };

  test('one read of one list', async () => {
    const partitions = await lists(1, rows(40));
    expect(await table.readsOf(() => page(partitions, { limit: 20 }))).toBe(1);
  });

  test('one read of each of several lists, where their rows are spread at random', async () => {
    const spread = rows(800).map(([at, row]) => [(at * 7919) >> 3, row] as const);
    const partitions = await lists(8, spread);
    expect(await table.readsOf(() => page(partitions, { limit: 100 }))).toBe(8);
  });

  test('a bounded number of reads, where what is wanted is rare; the page says how far it came', async () => {
    const partitions = await lists(1, rows(400, large));
    let ended: Awaited<ReturnType<typeof page>> | undefined;
    const reads = await table.readsOf(async () => {
      ended = await page(partitions, { limit: 20, filter: red });
    });
    expect(reads).toBe(mostReads);
    expect(ended?.rows).toEqual([]);
    expect(Number(ended?.readTo)).toBeGreaterThan(100);
    expect(Number(ended?.readTo)).toBeLessThan(399);
  });

  test('no more rows than fit into an answer', async () => {
    const partitions = await lists(1, rows(200, large));
    const { rows: found, readTo } = await page(partitions, { limit: 1000 });
    expect(JSON.stringify(found).length).toBeLessThan(2_100_000);
    expect(readTo).toBe(found.at(-1)?.eventKey);
  });
});
