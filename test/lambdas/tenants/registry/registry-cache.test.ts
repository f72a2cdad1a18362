import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { registryCache } from '../../../../lambdas/tenants/registry/registry-cache.ts';
import { type TenantRow, tenantRow } from '../../../../lambdas/tenants/registry/tenant-row.ts';
import { rowOf } from '../../../harness/tenant-row.ts';

const ttlMs = 5000;
const tenants = ['acme', 'globex', 'initech'];

/** A table with its own clock; it counts reads, and answers them once `answered` is resolved. */
function registry(options: { ttlMs?: number; maxEntries?: number } = {}) {
  const table = {
    time: 1_000_000,
    reads: 0,
    answered: Promise.resolve(),
    failure: undefined as Error | undefined,
    rows: new Map(tenants.map((id) => [id, row({ tenantId: id })])),
  };
  const cache = registryCache({ ttlMs, ...options, now: () => table.time });
  const get = (tenantId: string, age?: 'fresh') => {
    const read = async () => {
      table.reads += 1;
      const found = table.rows.get(tenantId);
      const { failure } = table;
      await table.answered;
      if (failure !== undefined) throw failure;
      return found;
    };
    return cache(tenantId, read, age);
  };
  return { table, get };
}

const row = (change: Record<string, unknown>): TenantRow => tenantRow.parse(rowOf(change));
const suspended = row({ status: 'SUSPENDED' });

describe('the revocation promise', () => {
  test('a suspension counts once the time to live is over, also where requests never pause', async () => {
    const { table, get } = registry();
    await get('acme');
    table.rows.set('acme', suspended);
    for (let passed = 0; passed < ttlMs; passed += 100) {
      expect((await get('acme'))?.status).toBe('ACTIVE');
      table.time += 100;
    }
    expect((await get('acme'))?.status).toBe('SUSPENDED');
    expect(table.reads).toBe(2);
  });

  test('a read that must be fresh is one, and what it found counts for all from then on', async () => {
    const { table, get } = registry();
    await get('acme');
    table.rows.set('acme', suspended);
    expect((await get('acme', 'fresh'))?.status).toBe('SUSPENDED');
    expect((await get('acme'))?.status).toBe('SUSPENDED');
    table.rows.set('acme', row({ tenantId: 'acme' }));
    expect((await get('acme', 'fresh'))?.status).toBe('ACTIVE');
    expect((await get('acme'))?.status).toBe('ACTIVE');
    expect(table.reads).toBe(4);
  });

  test('the age counts from the beginning of the read, not from its answer', async () => {
    const { table, get } = registry();
    const { promise, resolve } = Promise.withResolvers<void>();
    table.answered = promise;
    const first = get('acme');
    table.time += ttlMs - 1;
    table.rows.set('acme', suspended);
    const joined = get('acme');
    table.time += 1;
    const own = get('acme');
    resolve();
    expect((await first)?.status).toBe('ACTIVE');
    expect((await joined)?.status).toBe('ACTIVE');
    expect((await own)?.status).toBe('SUSPENDED');
    expect(table.reads).toBe(2);
  });

  test('a clock that was set back ends it', async () => {
    const { table, get } = registry();
    await get('acme');
    table.rows.set('acme', suspended);
    table.time -= 60_000;
    expect((await get('acme'))?.status).toBe('SUSPENDED');
  });

  test('in whatever order, no request relies on a row older than the time to live', async () => {
    const step = fc.record({
      tenantId: fc.constantFrom(...tenants),
      status: fc.constantFrom('ACTIVE', 'SUSPENDED', 'OFFBOARDING', 'PROVISIONING'),
      change: fc.boolean(),
      pass: fc.nat(3000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { table, get } = registry({ maxEntries: 2 });
        const refusedSince = new Map<string, number>();
        for (const { tenantId, status, change, pass } of steps) {
          table.time += pass;
          if (change) {
            table.rows.set(tenantId, row({ tenantId, status }));
            if (status === 'ACTIVE') refusedSince.delete(tenantId);
            else if (!refusedSince.has(tenantId)) refusedSince.set(tenantId, table.time);
          }
          const got = await get(tenantId);
          expect(got?.tenantId).toBe(tenantId);
          const since = refusedSince.get(tenantId);
          // An ACTIVE tenant is served at once; any other for no longer than the time to live.
          if (since === undefined) expect(got?.status).toBe('ACTIVE');
          else if (table.time - since >= ttlMs) expect(got?.status).not.toBe('ACTIVE');
        }
      }),
    );
  });
});

describe('reads', () => {
  test('3,000 requests at once wait for one, and requests within the time to live for none', async () => {
    const { table, get } = registry();
    await Promise.all(Array.from({ length: 3000 }, () => get('acme')));
    await get('acme');
    expect(table.reads).toBe(1);
  });

  test('with a time to live of 0 are made for every request, also at once', async () => {
    const { table, get } = registry({ ttlMs: 0 });
    await Promise.all(Array.from({ length: 20 }, () => get('acme')));
    await get('acme');
    expect(table.reads).toBe(21);
  });

  test('that fail reject all requests that wait, and are not kept', async () => {
    const { table, get } = registry();
    table.failure = new Error('throttled');
    const asked = await Promise.allSettled([get('acme'), get('acme'), get('acme')]);
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(table.reads).toBe(1);
    table.failure = undefined;
    expect((await get('acme'))?.status).toBe('ACTIVE');
    expect(table.reads).toBe(2);
  });

  test('that fail late do not remove a newer one', async () => {
    const { table, get } = registry();
    const { promise, resolve } = Promise.withResolvers<void>();
    table.answered = promise;
    table.failure = new Error('timeout');
    const old = get('acme');
    table.time += ttlMs;
    table.failure = undefined;
    table.answered = Promise.resolve();
    await get('acme');
    resolve();
    await expect(old).rejects.toThrow('timeout');
    await get('acme');
    expect(table.reads).toBe(2);
  });

  test.each(['PROVISIONING', 'SUSPENDED', 'OFFBOARDING', 'ERASED'])(
    'of a tenant that is %s are not kept',
    async (status) => {
      const { table, get } = registry();
      table.rows.set('acme', row({ status }));
      await get('acme');
      table.rows.set('acme', row({}));
      expect((await get('acme'))?.status).toBe('ACTIVE');
    },
  );

  test('of a tenant that does not exist are not kept', async () => {
    const { table, get } = registry();
    expect(await get('new')).toBeUndefined();
    table.rows.set('new', row({ tenantId: 'new' }));
    expect((await get('new'))?.tenantId).toBe('new');
  });

  test('are kept for as many tenants as there may be, those asked for last', async () => {
    const { table, get } = registry({ maxEntries: 2 });
    for (const tenantId of ['acme', 'globex', 'acme', 'initech', 'acme']) await get(tenantId);
    expect(table.reads).toBe(3);
    await get('globex');
    expect(table.reads).toBe(4);
  });
});

test.each([-1, Number.NaN])('a time to live of %d is refused', (given) => {
  expect(() => registryCache({ ttlMs: given })).toThrow(RangeError);
});
