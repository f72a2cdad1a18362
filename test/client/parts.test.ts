/**
 * However a batch is cut, each item is sent once with its result at its place, and no part is more than a request may
 * be.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inParts, type Settled } from '../../client/parts.ts';
import { ProblemError } from '../../client/tenant-keys.ts';

interface Item {
  readonly id: number;
  readonly size: number;
  readonly group: string;
}

const items = fc
  .array(fc.record({ size: fc.nat(6_000_000), group: fc.constantFrom('a', 'b', 'c', 'd', 'e') }), {
    maxLength: 60,
  })
  .map((all) => all.map((one, id): Item => ({ ...one, id })));

const problem = (code: 'too-many-kms-calls' | 'too-large' | 'tenant-suspended') =>
  new ProblemError({ status: 400, code, detail: 'no' });

interface Limits {
  readonly maxItems: number;
  readonly maxGroups: number;
  /** items that the server takes, which the client does not know */
  readonly served: number;
}

async function run(all: readonly Item[], { maxItems, maxGroups, served }: Limits) {
  const parts: (readonly Item[])[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const results = await inParts<Item, number>(
    {
      items: all,
      maxItems,
      maxGroups,
      sizeOf: ({ size }) => size,
      groupOf: ({ group }) => group,
      async send(part) {
        mostAtOnce = Math.max(mostAtOnce, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
        if (part.length > served) throw problem('too-many-kms-calls');
        parts.push(part);
        return part.map(({ id }): Settled<number> => ({ status: 'fulfilled', value: id }));
      },
    },
    undefined,
  );
  return { results, parts, mostAtOnce };
}

describe('parts', () => {
  const limits = fc.record({
    maxItems: fc.integer({ min: 1, max: 20 }),
    maxGroups: fc.integer({ min: 1, max: 3 }),
    served: fc.integer({ min: 1, max: 30 }),
  });

  test('have each item once, and results stand in its order', async () => {
    const property = fc.asyncProperty(items, limits, async (all, limit) => {
      const { results, parts } = await run(all, limit);
      expect(results).toEqual(all.map(({ id }) => ({ status: 'fulfilled', value: id })));
      expect(parts.flat()).toHaveLength(all.length);
    });
    await fc.assert(property);
  });

  test('are within all limits, four at once', async () => {
    const property = fc.asyncProperty(items, limits, async (all, limit) => {
      const { parts, mostAtOnce } = await run(all, limit);
      expect(mostAtOnce).toBeLessThanOrEqual(4);
      for (const part of parts) {
        const bytes = part.reduce((sum, { size }) => sum + size, 0);
        expect(part.length).toBeLessThanOrEqual(Math.min(limit.maxItems, limit.served));
        expect(new Set(part.map(({ group }) => group)).size).toBeLessThanOrEqual(limit.maxGroups);
        expect(part.length === 1 || bytes <= 5_500_000).toBe(true);
      }
    });
    await fc.assert(property);
  });
});

const batch = (
  send: (part: readonly Item[], signal: AbortSignal) => Promise<Settled<number>[]>,
) => ({
  items: Array.from({ length: 8 }, (_, id): Item => ({ id, size: 1, group: '' })),
  maxItems: 1,
  maxGroups: 1,
  sizeOf: () => 1,
  groupOf: () => '',
  send,
});

test('an item that alone is too much has that as its error', async () => {
  const results = await inParts<Item, number>(
    batch(async ([item]) => {
      if (item?.id === 3) throw problem('too-large');
      return [{ status: 'fulfilled', value: item?.id as number }];
    }),
    undefined,
  );
  expect(results.map(({ status }) => status).indexOf('rejected')).toBe(3);
  expect(results[3]).toMatchObject({ reason: { code: 'too-large' } });
});

test('an error of the whole request is thrown, and the other parts are given up', async () => {
  const stopped: boolean[] = [];
  const failing = inParts<Item, number>(
    batch(async ([item], signal) => {
      if (item?.id === 0) throw problem('tenant-suspended');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      stopped.push(signal.aborted);
      throw signal.reason;
    }),
    undefined,
  );
  await expect(failing).rejects.toMatchObject({ code: 'tenant-suspended' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toEqual([true, true, true]);
});

test('the signal of the caller ends all', async () => {
  const controller = new AbortController();
  const waiting = inParts<Item, number>(
    batch(() => new Promise(() => {})),
    controller.signal,
  );
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
