/** Data keys after a rotation on demand: which of them still encrypt, for how long, and what that costs. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encryptionKeyUse } from '../../../lambdas/crypto/cached-data-keys.ts';
import { bytesOf, context, dataKeyHarness, limits, scope } from './harness.ts';

const windowMs = 50;
const roomy = { maxMessages: 1000, maxBytes: 100_000 };
const rotated = { ...scope, supersededMaterialId: 'first' };

describe('the promise', () => {
  /**
   * The row names the old material before the new one is current. A request goes by a read of the row that may be as
   * old as the window, as the registry's cache gives it.
   */
  test('whatever the times, nothing is encrypted under the old material a window after the new one is current', async () => {
    const times = fc.record({
      intentAt: fc.integer({ min: 0, max: 300 }),
      rotationMs: fc.integer({ min: 0, max: 300 }),
      asks: fc.array(
        fc.record({ pass: fc.integer({ min: 0, max: 40 }), readAge: fc.nat(windowMs - 1) }),
        { minLength: 1, maxLength: 60 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(times, async ({ intentAt, rotationMs, asks }) => {
        const { clock, store, encryptionKey } = dataKeyHarness({}, windowMs);
        const begin = clock.time;
        const currentAt = begin + intentAt + rotationMs;
        const materials = new Map<string, string | undefined>();
        for (const { pass, readAge } of asks) {
          clock.time += pass;
          store.material = clock.time < currentAt ? 'first' : 'second';
          const isKnown = clock.time - readAge >= begin + intentAt;
          const made = bytesOf(await encryptionKey(isKnown ? rotated : scope));
          if (!materials.has(made)) materials.set(made, store.material);
          if (clock.time >= currentAt + windowMs) expect(materials.get(made)).toBe('second');
        }
      }),
    );
  });

  test('also for a call that is on its way: nobody joins it a window after it began', async () => {
    const { clock, store, encryptionKey } = dataKeyHarness({}, windowMs);
    const { promise, resolve } = Promise.withResolvers<void>();
    store.answered = promise;
    const slow = encryptionKey(rotated);
    clock.time += windowMs;
    store.material = 'second';
    store.answered = Promise.resolve();
    const next = await encryptionKey(rotated);
    resolve();
    expect(bytesOf(await slow)).not.toBe(bytesOf(next));
    expect(bytesOf(await encryptionKey(rotated))).toBe(bytesOf(next));
  });

  test('also for a batch', async () => {
    const { clock, store, cache, cached, encryptionKey } = dataKeyHarness({}, windowMs);
    const old = bytesOf(await encryptionKey());
    clock.time += windowMs;
    store.material = 'second';
    const use = encryptionKeyUse(cached(rotated), context, 10, ({ wrapped }) => ({ wrapped }));
    const reserved = cache.reserve([use.request], 1);
    expect(cache.reserve([use.request], 0)).toBeUndefined();
    expect(bytesOf(await use.run(reserved as NonNullable<typeof reserved>))).not.toBe(old);
  });

  test('also for a function that slept through a rotation: the next one gives up what is older still', async () => {
    const { clock, store, encryptionKey } = dataKeyHarness({}, windowMs);
    const old = [bytesOf(await encryptionKey()), bytesOf(await encryptionKey(rotated))];
    store.material = 'third';
    clock.time += windowMs;
    const again = { ...scope, supersededMaterialId: 'second' };
    expect(old).not.toContain(bytesOf(await encryptionKey(again)));
  });

  test('also where the key store does not name its material', async () => {
    const { clock, store, encryptionKey } = dataKeyHarness({}, windowMs);
    store.material = undefined;
    await encryptionKey(rotated);
    clock.time += windowMs;
    await encryptionKey(rotated);
    expect(store.calls).toBe(2);
  });

  test('without a window no data key under the old material is used twice', async () => {
    const { store, encryptionKey } = dataKeyHarness();
    for (let count = 0; count < 3; count += 1) await encryptionKey(rotated);
    expect(store.calls).toBe(3);
  });
});

describe('the cost', () => {
  test('without a rotation is what it was: one call for each age', async () => {
    const { clock, store, encryptionKey } = dataKeyHarness(roomy, windowMs);
    for (clock.time = 0; clock.time < limits.maxAgeMs; clock.time += 1000) await encryptionKey();
    expect(store.calls).toBe(1);
  });

  test('while a rotation is at work is one call for each window, and afterwards one for each age', async () => {
    const { clock, store, encryptionKey } = dataKeyHarness(roomy, windowMs);
    for (let at = 0; at < 10 * windowMs; at += 1) {
      await encryptionKey(rotated);
      clock.time += 1;
    }
    expect(store.calls).toBe(10);
    store.material = 'second';
    for (let at = 0; at < 10 * windowMs; at += 1) {
      await encryptionKey(rotated);
      clock.time += 1;
    }
    expect(store.calls).toBe(11);
  });

  test('of decryption is as ever: what the old material has wrapped stays in memory', async () => {
    const { clock, store, encryptionKey, decryptionKey } = dataKeyHarness({}, windowMs);
    const { wrapped } = await encryptionKey();
    await decryptionKey(wrapped, rotated);
    clock.time += windowMs;
    store.material = 'second';
    await decryptionKey(wrapped, rotated);
    expect(store.calls).toBe(2);
  });
});
