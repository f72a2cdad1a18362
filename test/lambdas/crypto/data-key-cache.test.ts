import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DataKeyCache, type DataKeyLimits } from '../../../lambdas/crypto/data-key-cache.ts';
import { bytesOf, dataKeyHarness, hex, limits, scope, times } from './harness.ts';

describe('the limits', () => {
  test('hold for whatever sizes, times and contexts, with one call for each window', async () => {
    const ask = fc.record({
      bytes: fc.oneof(fc.nat(120), fc.constantFrom(0, 100, 101)),
      document: fc.constantFrom('a', 'b'),
      pass: fc.oneof(fc.constant(0), fc.nat(40)),
      atOnce: fc.integer({ min: 1, max: 4 }),
    });
    const bounds = { maxAgeMs: 100, maxMessages: 5, maxBytes: 100 };
    await fc.assert(
      fc.asyncProperty(fc.array(ask, { maxLength: 40 }), async (asks) => {
        const { clock, store, encryptionKey } = dataKeyHarness(bounds);
        const model = new Model(bounds);
        const used = new Map<string, { messages: number; bytes: number; since: number }>();
        for (const { bytes, document, pass, atOnce } of asks) {
          clock.time += pass;
          for (let at = 0; at < atOnce; at += 1) model.encrypt(document, bytes, clock.time);
          const of = { ...scope, plaintextBytes: bytes };
          const made = await times(atOnce, () => encryptionKey(of, { document }));
          for (const key of made.map(bytesOf)) {
            const use = used.get(key) ?? { messages: 0, bytes: 0, since: clock.time };
            used.set(key, use);
            use.messages += 1;
            use.bytes += bytes;
            expect(use.messages).toBeLessThanOrEqual(bounds.maxMessages);
            expect(clock.time - use.since).toBeLessThan(bounds.maxAgeMs);
            // What is larger than the limit has a data key to itself.
            if (use.messages > 1) expect(use.bytes).toBeLessThanOrEqual(bounds.maxBytes);
          }
        }
        expect(store.calls).toBe(model.calls);
      }),
    );
  });

  test.each(['maxAgeMs', 'maxMessages', 'maxBytes', 'maxEntries'])(
    '%s of 0 switches it off',
    async (limit) => {
      const { store, cache, encryptionKey, decryptionKey } = dataKeyHarness({ [limit]: 0 });
      const of = { ...scope, plaintextBytes: 0 };
      const made = await times(3, () => encryptionKey(of));
      const { wrapped } = made[0] as (typeof made)[number];
      await times(3, () => decryptionKey(wrapped));
      expect(store.calls).toBe(6);
      expect(cache.counts).toEqual({ hits: 0, misses: 6, calls: 6 });
    },
  );

  test('of entries: the key used longest ago goes', async () => {
    const { store, encryptionKey } = dataKeyHarness({ maxEntries: 2 });
    for (const document of ['a', 'b', 'a', 'c', 'a']) await encryptionKey(scope, { document });
    expect(store.calls).toBe(3);
    await encryptionKey(scope, { document: 'b' });
    expect(store.calls).toBe(4);
  });

  test('a plaintext that is larger than a data key may encrypt leaves the others theirs', async () => {
    const { store, encryptionKey } = dataKeyHarness();
    await encryptionKey();
    await encryptionKey({ ...scope, plaintextBytes: limits.maxBytes + 1 });
    await encryptionKey();
    expect(store.calls).toBe(2);
  });

  test('a message with a data key of its own does not count as a use of the shared one', async () => {
    const { store, encryptionKey } = dataKeyHarness({ maxEntries: 2 });
    const own = { ...scope, plaintextBytes: Number.POSITIVE_INFINITY };
    for (const document of ['a', 'b']) await encryptionKey(scope, { document });
    await encryptionKey(own, { document: 'a' });
    for (const document of ['c', 'b']) await encryptionKey(scope, { document });
    expect(store.calls).toBe(4);
  });

  test('age counts from the begin of the call, also for requests that wait for it', async () => {
    const { clock, store, encryptionKey } = dataKeyHarness();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.answered = promise;
    const first = encryptionKey();
    clock.time += limits.maxAgeMs - 1;
    const joined = encryptionKey();
    clock.time += 1;
    const own = encryptionKey();
    resolve();
    expect(bytesOf(await joined)).toBe(bytesOf(await first));
    expect((await joined).plaintext).toBe((await first).plaintext);
    expect(bytesOf(await own)).not.toBe(bytesOf(await first));
    expect(bytesOf(await encryptionKey())).toBe(bytesOf(await own));
    expect(store.calls).toBe(2);
  });

  test('age holds for decryption too, and when the clock was set back', async () => {
    const { clock, store, encryptionKey, decryptionKey } = dataKeyHarness();
    const { wrapped } = await encryptionKey();
    for (const passed of [0, limits.maxAgeMs - 1, 1, -60_000]) {
      clock.time += passed;
      await decryptionKey(wrapped);
    }
    expect(store.calls).toBe(1 + 3);
  });

  test.each([-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY])('one of %d is refused', (given) => {
    expect(() => new DataKeyCache({ ...limits, maxAgeMs: given })).toThrow(RangeError);
  });

  test('more messages than the Encryption SDK allows are refused', () => {
    expect(() => new DataKeyCache({ ...limits, maxMessages: 2 ** 32 + 1 })).toThrow(RangeError);
  });
});

/** Which encryptions need a call, said plainly: one after the other, as if each call answered at once. */
class Model {
  calls = 0;
  readonly #bounds: Omit<DataKeyLimits, 'maxEntries'>;
  readonly #windows = new Map<string, { begunAt: number; messages: number; bytes: number }>();

  constructor(bounds: Omit<DataKeyLimits, 'maxEntries'>) {
    this.#bounds = bounds;
  }

  encrypt(document: string, bytes: number, time: number) {
    const { maxAgeMs, maxMessages, maxBytes } = this.#bounds;
    const window = this.#windows.get(document);
    const fits =
      window !== undefined &&
      time < window.begunAt + maxAgeMs &&
      window.messages < maxMessages &&
      window.bytes + bytes <= maxBytes;
    if (fits) {
      window.messages += 1;
      window.bytes += bytes;
      return;
    }
    this.calls += 1;
    if (bytes <= maxBytes) this.#windows.set(document, { begunAt: time, messages: 1, bytes });
  }
}

describe('a call that fails', () => {
  test('rejects all requests that wait, and is not kept', async () => {
    const { store, encryptionKey } = dataKeyHarness();
    store.failure = new Error('throttled');
    const asked = await Promise.allSettled([encryptionKey(), encryptionKey(), encryptionKey()]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(store.calls).toBe(1);
    store.failure = undefined;
    await encryptionKey();
    expect(store.calls).toBe(2);
  });

  test('late does not take a newer data key with it', async () => {
    const { clock, store, encryptionKey } = dataKeyHarness();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.answered = promise;
    store.failure = new Error('timeout');
    const old = encryptionKey();
    clock.time += limits.maxAgeMs;
    store.answered = Promise.resolve();
    store.failure = undefined;
    await encryptionKey();
    resolve();
    await expect(old).rejects.toThrow('timeout');
    await encryptionKey();
    expect(store.calls).toBe(2);
  });
});

describe('a dropped data key', () => {
  const isZeroed = (buffer: Uint8Array | undefined) => buffer?.every((byte) => byte === 0);

  test.each<[string, (w: ReturnType<typeof dataKeyHarness>) => unknown]>([
    ['when the cache is cleared', ({ cache }) => cache.clear()],
    ['when its tenant is forgotten', ({ cache }) => cache.forget('acme')],
    [
      'when it is too old, and another call begins',
      async ({ clock, encryptionKey }) => {
        clock.time += limits.maxAgeMs;
        await encryptionKey(scope, { document: 'other' });
      },
    ],
    [
      'when too much is asked of it',
      ({ encryptionKey }) => encryptionKey({ ...scope, plaintextBytes: limits.maxBytes }),
    ],
    [
      'when others need its place',
      async ({ encryptionKey }) => {
        for (let at = 0; at < limits.maxEntries; at += 1)
          await encryptionKey(scope, { at: `${at}` });
      },
    ],
  ])('is zeroed %s', async (_, drop) => {
    const here = dataKeyHarness();
    const { plaintext } = await here.encryptionKey();
    const [own] = here.store.given;
    expect(hex(own as Uint8Array)).toBe(plaintext);
    await drop(here);
    expect(isZeroed(own)).toBe(true);
    expect((await here.encryptionKey()).plaintext).not.toBe(plaintext);
  });

  test('that was never kept is zeroed when it is used', async () => {
    const { store, encryptionKey } = dataKeyHarness({ maxAgeMs: 0 });
    const { plaintext } = await encryptionKey();
    expect(plaintext).not.toBe('00'.repeat(32));
    expect(isZeroed(store.given[0])).toBe(true);
  });

  test('serves the requests that wait for it, and is zeroed after the last', async () => {
    const { cache, store, encryptionKey } = dataKeyHarness();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.answered = promise;
    const waiting = [encryptionKey(), encryptionKey(), encryptionKey()];
    cache.clear();
    resolve();
    const made = await Promise.all(waiting);
    expect(new Set(made.map(({ plaintext }) => plaintext)).size).toBe(1);
    expect(made[0]?.plaintext).not.toBe('00'.repeat(32));
    expect(isZeroed(store.given[0])).toBe(true);
    expect(store.calls).toBe(1);
  });

  test('is not zeroed before a request that waits for it has used it', async () => {
    const { cache, encryptionKey } = dataKeyHarness();
    const { plaintext } = await encryptionKey();
    const late = encryptionKey();
    cache.clear();
    expect((await late).plaintext).toBe(plaintext);
  });

  test('of one tenant leaves the others theirs', async () => {
    const { cache, store, encryptionKey } = dataKeyHarness();
    await encryptionKey({ ...scope, tenantId: 'globex' });
    cache.forget('acme');
    await encryptionKey({ ...scope, tenantId: 'globex' });
    expect(store.calls).toBe(1);
  });
});
