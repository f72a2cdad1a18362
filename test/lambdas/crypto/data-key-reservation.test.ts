import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encryptionKeyUse } from '../../../lambdas/crypto/cached-data-keys.ts';
import type { Reservation } from '../../../lambdas/crypto/data-key-reservation.ts';
import { type Context, context, dataKeyHarness, hex } from './harness.ts';

type Harness = ReturnType<typeof dataKeyHarness>;

const useOf = ({ cached }: Harness, bound: Context = context, bytes = 10) =>
  encryptionKeyUse(cached(), bound, bytes, ({ plaintext }) => hex(plaintext));
const usesOf = (harness: Harness, ...documents: string[]) =>
  documents.map((document) => useOf(harness, { document }));

const reserve = ({ cache }: Harness, uses: ReturnType<typeof usesOf>, maxCalls = 100) =>
  cache.reserve(
    uses.map(({ request }) => request),
    maxCalls,
  ) as Reservation;

const runAll = (uses: ReturnType<typeof usesOf>, keys: Reservation) =>
  Promise.all(uses.map((use) => use.run(keys)));

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

test('what was counted is what is called, whatever is in the cache and whatever its limits', () => {
  const item = fc.record({
    document: fc.constantFrom('a', 'b', 'c', 'd'),
    bytes: fc.oneof(fc.nat(120), fc.constantFrom(0, 100, 101)),
  });
  const batch = fc.record({ items: fc.array(item, { maxLength: 30 }), pass: fc.nat(80) });
  const bounds = { maxAgeMs: 100, maxMessages: 5, maxBytes: 100, maxEntries: 3 };
  return fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 5 }), async (batches) => {
      const harness = dataKeyHarness(bounds);
      for (const { items, pass } of batches) {
        harness.clock.time += pass;
        const before = harness.store.calls;
        const uses = items.map(({ document, bytes }) => useOf(harness, { document }, bytes));
        let maxCalls = 0;
        let keys = reserve(harness, uses, maxCalls);
        while (keys === undefined) {
          maxCalls += 1;
          keys = reserve(harness, uses, maxCalls);
        }
        await runAll(uses, keys);
        keys.release();
        expect(harness.store.calls - before).toBe(maxCalls);
      }
    }),
  );
});

test('a batch that is refused has spent nothing', async () => {
  const harness = dataKeyHarness({ maxMessages: 2 });
  await harness.encryptionKey();
  expect(reserve(harness, [useOf(harness), ...usesOf(harness, 'b', 'c')], 1)).toBeUndefined();
  await harness.encryptionKey();
  expect(harness.store.calls).toBe(1);
});

test('where another request asks first, its call serves the batch too', async () => {
  const harness = dataKeyHarness();
  const uses = usesOf(harness, 'a', 'b');
  const keys = reserve(harness, uses, 2);
  await harness.encryptionKey(undefined, { document: 'a' });
  await runAll(uses, keys);
  keys.release();
  expect(harness.store.calls).toBe(2);
});

test('what the key store refuses once, it is not asked again for this batch', async () => {
  const harness = dataKeyHarness();
  harness.store.failure = new Error('refused');
  const uses = usesOf(harness, 'a', 'a', 'a');
  const keys = reserve(harness, uses, 1);
  for (const use of uses) await expect(use.run(keys)).rejects.toThrow('refused');
  keys.release();
  expect(harness.store.calls).toBe(1);
  harness.store.failure = undefined;
  await harness.encryptionKey(undefined, { document: 'a' });
  expect(harness.store.calls).toBe(2);
});

test('a key that the cache drops meanwhile costs no second call, and is zeroed at the end', async () => {
  const harness = dataKeyHarness({ maxEntries: 1 });
  await harness.encryptionKey(undefined, { document: 'a' });
  const uses = usesOf(harness, 'b', 'a', 'b');
  const keys = reserve(harness, uses, 1);
  for (const use of uses) expect(await use.run(keys)).not.toMatch(/^0+$/);
  expect(harness.store.calls).toBe(2);
  harness.cache.clear();
  expect(harness.store.given.map(isZero)).toEqual([false, false]);
  keys.release();
  expect(harness.store.given.map(isZero)).toEqual([true, true]);
});

test('once the batch is over no item gets a key, which could be zeros, nor makes a call', async () => {
  const harness = dataKeyHarness();
  const uses = usesOf(harness, 'a', 'b');
  const keys = reserve(harness, uses);
  await uses[0]?.run(keys);
  keys.release();
  for (const use of uses) await expect(use.run(keys)).rejects.toThrow('no data key is reserved');
  expect(harness.store.calls).toBe(1);
});
