import { buildClient, CommitmentPolicy, EncryptedDataKey } from '@aws-crypto/client-node';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CacheScope,
  cachedDataKeys,
  type DataKeys,
  idOf,
} from '../../../lambdas/envelope/cached-wrapping.ts';
import { DataKeyCache, type DataKeyLimits } from '../../../lambdas/envelope/data-key-cache.ts';
import { decrypt, encrypt } from '../../../lambdas/envelope/envelope.ts';
import type { Wrapping } from '../../../lambdas/envelope/wrapping.ts';
import { rawDataKeys, rawKeyring, rawWrapping } from './raw-wrapping.ts';

const limits: DataKeyLimits = {
  maxAgeMs: 300_000,
  maxMessages: 100,
  maxBytes: 1000,
  maxEntries: 8,
};
const scope: CacheScope = { tenantId: 'acme', keyArn: 'arn:1', plaintextBytes: 10 };
const context = { TenantId: 'acme', document: 'invoice-7' };
const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

type Context = Record<string, string>;

/** A key store that counts its calls, answers when `answered` lets it, and fails where told. */
class Store implements Wrapping {
  calls = 0;
  answered = Promise.resolve();
  failure: Error | undefined;
  /** the buffers of the data keys that it gave away */
  readonly given: Uint8Array[] = [];
  readonly #wrapping = rawWrapping('acme');

  owns = (wrapped: EncryptedDataKey) => this.#wrapping.owns(wrapped);

  async generate(bound: Context) {
    await this.#call();
    const key = await this.#wrapping.generate(bound);
    this.given.push(key.plaintext);
    return key;
  }

  async unwrap(wrapped: EncryptedDataKey, bound: Context) {
    await this.#call();
    return this.#wrapping.unwrap(wrapped, bound);
  }

  async #call() {
    this.calls += 1;
    const { failure } = this;
    await this.answered;
    if (failure !== undefined) throw failure;
  }
}

/** A key store, a cache before it, and a clock of this test's own. */
function world(changed: Partial<DataKeyLimits> = {}) {
  const clock = { time: 1_000_000 };
  const store = new Store();
  const cache = new DataKeyCache({ ...limits, ...changed }, () => clock.time);
  const dataKeys = (of: CacheScope = scope): DataKeys => cachedDataKeys(store, cache, of);
  return {
    clock,
    store,
    cache,
    dataKeys,
    encryptionKey: (of = scope, bound: Context = context) =>
      dataKeys(of).toSeal(bound, ({ plaintext, wrapped }) => ({
        plaintext: hex(plaintext),
        wrapped,
      })),
    decryptionKey: (wrapped: EncryptedDataKey, of = scope, bound: Context = context) =>
      dataKeys(of).toOpen(wrapped, bound, hex),
  };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = ({ wrapped }: { wrapped: EncryptedDataKey }) =>
  Buffer.from(wrapped.encryptedDataKey).toString('hex');
const times = <T>(count: number, ask: () => Promise<T>) =>
  Promise.all(Array.from({ length: count }, ask));

describe('messages', () => {
  test('of a cached data key open with any Encryption SDK and through the cache', async () => {
    const { store, dataKeys } = world();
    const texts = Array.from({ length: 5 }, (_, at) => `message ${at}`);
    const made = await Promise.all(
      texts.map((text) => encrypt(dataKeys(), Buffer.from(text), context)),
    );
    expect(store.calls).toBe(1);
    const stock = await Promise.all(made.map((m) => client.decrypt(rawKeyring('acme'), m)));
    expect(stock.map(({ plaintext }) => plaintext.toString())).toEqual(texts);
    for (const keys of [rawDataKeys('acme'), dataKeys(), dataKeys()]) {
      const opened = await Promise.all(made.map((message) => decrypt(keys, message, context)));
      expect(opened.map(String)).toEqual(texts);
    }
    expect(store.calls).toBe(2);
  });

  test('that others have signed are opened with a call each: their contexts differ', async () => {
    const { store, dataKeys } = world();
    for (let at = 0; at < 3; at += 1) {
      const options = { encryptionContext: context };
      const { result } = await client.encrypt(rawKeyring('acme'), `message ${at}`, options);
      for (let again = 0; again < 2; again += 1) {
        expect((await decrypt(dataKeys(), result, context)).toString()).toBe(`message ${at}`);
      }
    }
    expect(store.calls).toBe(3);
  });

  test('of one data key and one plaintext have nothing in common that tells', async () => {
    const { dataKeys } = world();
    const made = await times(20, () => encrypt(dataKeys(), Buffer.from('the same'), context));
    expect(new Set(made.map((message) => message.subarray(-40).toString('hex'))).size).toBe(20);
  });
});

describe('a data key is shared', () => {
  test('by 3,000 who open one message at once: one call', async () => {
    const { store, cache, dataKeys } = world();
    const message = await encrypt(rawDataKeys('acme'), Buffer.from('for many'), context);
    const opened = await times(3000, () => decrypt(dataKeys(), message, context));
    expect(new Set(opened.map(String))).toEqual(new Set(['for many']));
    expect(store.calls).toBe(1);
    expect(cache.counts).toEqual({ hits: 0, misses: 3000, calls: 1 });
  });

  test('by those who encrypt at once, and by those who come later', async () => {
    const { store, cache, encryptionKey } = world();
    const made = [...(await times(50, () => encryptionKey())), await encryptionKey()];
    expect(new Set(made.map(bytesOf)).size).toBe(1);
    expect(new Set(made.map(({ plaintext }) => plaintext)).size).toBe(1);
    expect(store.calls).toBe(1);
    expect(cache.counts).toEqual({ hits: 1, misses: 50, calls: 1 });
  });

  test.each<[string, CacheScope, Context]>([
    ['another tenant', { ...scope, tenantId: 'globex' }, context],
    ['another key', { ...scope, keyArn: 'arn:2' }, context],
    ['a context with a name more', scope, { ...context, more: '' }],
    ['a context with a name less', scope, { TenantId: 'acme' }],
    ['a context with another value', scope, { ...context, document: 'invoice-8' }],
    ['a context with another case', scope, { TenantId: 'acme', Document: 'invoice-7' }],
  ])('never with %s', async (_, of, bound) => {
    const { encryptionKey } = world();
    const one = await encryptionKey();
    const other = await encryptionKey(of, bound);
    expect(other.plaintext).not.toBe(one.plaintext);
  });

  test('whatever the order of the context', async () => {
    const { store, encryptionKey } = world();
    await encryptionKey();
    await encryptionKey(scope, { document: 'invoice-7', TenantId: 'acme' });
    expect(store.calls).toBe(1);
  });

  test('never where nobody said how much is encrypted', async () => {
    const { store, encryptionKey } = world();
    const { plaintextBytes: _, ...unsized } = scope;
    await times(3, () => encryptionKey(unsized));
    expect(store.calls).toBe(3);
  });

  test('to open a message, only for the same bytes under the same context', async () => {
    const { store, encryptionKey, decryptionKey } = world();
    const { wrapped, plaintext } = await encryptionKey();
    expect(await decryptionKey(wrapped)).toBe(plaintext);
    const flipped = Uint8Array.from(
      wrapped.encryptedDataKey,
      (byte, at) => byte ^ Number(at === 0),
    );
    const { providerId, providerInfo, rawInfo } = wrapped;
    const forged = { ...wrapped, encryptedDataKey: flipped };
    // A text that reads the same, though its bytes are not.
    const moved = {
      ...wrapped,
      rawInfo: Uint8Array.from(rawInfo as Uint8Array, (byte) => byte ^ 1),
    };
    for (const parts of [forged, moved]) {
      const other = new EncryptedDataKey({
        providerId,
        providerInfo,
        encryptedDataKey: parts.encryptedDataKey,
        rawInfo: parts.rawInfo as Uint8Array,
      });
      await expect(decryptionKey(other)).rejects.toThrow();
    }
    await expect(decryptionKey(wrapped, scope, { TenantId: 'acme' })).rejects.toThrow();
    expect(await decryptionKey(wrapped)).toBe(plaintext);
    expect(store.calls).toBe(5);
  });

  test('never between two questions: no two have one id', () => {
    const part = fc.oneof(fc.constantFrom('', '1', ':', '1:'), fc.string({ unit: 'binary' }));
    const parts = fc.array(part, { maxLength: 6 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = one.length === other.length && one.every((text, at) => text === other[at]);
        expect(idOf(one) === idOf(other)).toBe(same);
      }),
      { numRuns: 500 },
    );
    expect(idOf(['a', 'bc'])).not.toBe(idOf(['ab', 'c']));
    expect(idOf(['\ud800'])).not.toBe(idOf(['\ud801']));
  });
});

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
        const { clock, store, encryptionKey } = world(bounds);
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
      const { store, cache, encryptionKey, decryptionKey } = world({ [limit]: 0 });
      const of = { ...scope, plaintextBytes: 0 };
      const made = await times(3, () => encryptionKey(of));
      const { wrapped } = made[0] as (typeof made)[number];
      await times(3, () => decryptionKey(wrapped));
      expect(store.calls).toBe(6);
      expect(cache.counts).toEqual({ hits: 0, misses: 6, calls: 6 });
    },
  );

  test('of entries: the key used longest ago goes', async () => {
    const { store, encryptionKey } = world({ maxEntries: 2 });
    for (const document of ['a', 'b', 'a', 'c', 'a']) await encryptionKey(scope, { document });
    expect(store.calls).toBe(3);
    await encryptionKey(scope, { document: 'b' });
    expect(store.calls).toBe(4);
  });

  test('a plaintext that is larger than a data key may encrypt leaves the others theirs', async () => {
    const { store, encryptionKey } = world();
    await encryptionKey();
    await encryptionKey({ ...scope, plaintextBytes: limits.maxBytes + 1 });
    await encryptionKey();
    expect(store.calls).toBe(2);
  });

  test('age counts from the begin of the call, for those who wait for it too', async () => {
    const { clock, store, encryptionKey } = world();
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

  test('age holds for opening messages, and when the clock was set back', async () => {
    const { clock, store, encryptionKey, decryptionKey } = world();
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
  test('rejects all who wait, and is not kept', async () => {
    const { store, encryptionKey } = world();
    store.failure = new Error('throttled');
    const asked = await Promise.allSettled([encryptionKey(), encryptionKey(), encryptionKey()]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(store.calls).toBe(1);
    store.failure = undefined;
    await encryptionKey();
    expect(store.calls).toBe(2);
  });

  test('late does not take a newer data key with it', async () => {
    const { clock, store, encryptionKey } = world();
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

  test.each<[string, (w: ReturnType<typeof world>) => unknown]>([
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
    const here = world();
    const { plaintext } = await here.encryptionKey();
    const [own] = here.store.given;
    expect(hex(own as Uint8Array)).toBe(plaintext);
    await drop(here);
    expect(isZeroed(own)).toBe(true);
    expect((await here.encryptionKey()).plaintext).not.toBe(plaintext);
  });

  test('that was never kept is zeroed when it is used', async () => {
    const { store, encryptionKey } = world({ maxAgeMs: 0 });
    const { plaintext } = await encryptionKey();
    expect(plaintext).not.toBe('00'.repeat(32));
    expect(isZeroed(store.given[0])).toBe(true);
  });

  test('serves those who had asked before, and is zeroed after the last of them', async () => {
    const { cache, store, encryptionKey } = world();
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

  test('whose user has yet to use it is not zeroed under him', async () => {
    const { cache, encryptionKey } = world();
    const { plaintext } = await encryptionKey();
    const late = encryptionKey();
    cache.clear();
    expect((await late).plaintext).toBe(plaintext);
  });

  test('of one tenant leaves the others theirs', async () => {
    const { cache, store, encryptionKey } = world();
    await encryptionKey({ ...scope, tenantId: 'globex' });
    cache.forget('acme');
    await encryptionKey({ ...scope, tenantId: 'globex' });
    expect(store.calls).toBe(1);
  });
});
