import { buildClient, CommitmentPolicy, EncryptedDataKey } from '@aws-crypto/client-node';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { idOf } from '../../../lambdas/crypto/cached-data-keys.ts';
import { decryptEnvelope, encryptEnvelope } from '../../../lambdas/crypto/envelope-encryption.ts';
import { envelopeReencryption } from '../../../lambdas/crypto/envelope-reencryption.ts';
import {
  bytesOf,
  type Context,
  context,
  dataKeyHarness,
  type Scope,
  scope,
  times,
} from './harness.ts';
import { sdkKeyring, uncachedRawKeyring } from './raw-keyring.ts';

const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

describe('messages', () => {
  test('under a cached data key are decrypted by any Encryption SDK and through the cache', async () => {
    const { store, cached } = dataKeyHarness();
    const texts = Array.from({ length: 5 }, (_, at) => `message ${at}`);
    const made = await Promise.all(
      texts.map((text) => encryptEnvelope(cached(), Buffer.from(text), context)),
    );
    expect(store.calls).toBe(1);
    const stock = await Promise.all(made.map((m) => client.decrypt(sdkKeyring('acme'), m)));
    expect(stock.map(({ plaintext }) => plaintext.toString())).toEqual(texts);
    for (const key of [uncachedRawKeyring('acme'), cached(), cached()]) {
      const decrypted = await Promise.all(
        made.map((message) => decryptEnvelope(key, message, context)),
      );
      expect(decrypted.map(String)).toEqual(texts);
    }
    expect(store.calls).toBe(2);
  });

  test('that others have signed are decrypted with a call each: their contexts differ', async () => {
    const { store, cached } = dataKeyHarness();
    for (let at = 0; at < 3; at += 1) {
      const options = { encryptionContext: context };
      const { result } = await client.encrypt(sdkKeyring('acme'), `message ${at}`, options);
      for (let again = 0; again < 2; again += 1) {
        expect((await decryptEnvelope(cached(), result, context)).toString()).toBe(`message ${at}`);
      }
    }
    expect(store.calls).toBe(3);
  });

  test('of one data key and one plaintext have nothing in common that tells', async () => {
    const { cached } = dataKeyHarness();
    const made = await times(20, () => encryptEnvelope(cached(), Buffer.from('the same'), context));
    expect(new Set(made.map((message) => message.subarray(-40).toString('hex'))).size).toBe(20);
  });
});

describe('a data key is shared', () => {
  test('by 3,000 who decrypt one message at once: one call', async () => {
    const { store, cache, cached } = dataKeyHarness();
    const message = await encryptEnvelope(
      uncachedRawKeyring('acme'),
      Buffer.from('for many'),
      context,
    );
    const decrypted = await times(3000, () => decryptEnvelope(cached(), message, context));
    expect(new Set(decrypted.map(String))).toEqual(new Set(['for many']));
    expect(store.calls).toBe(1);
    expect(cache.counts).toEqual({ hits: 0, misses: 3000, calls: 1 });
  });

  test('by those who encrypt at once, and by those who come later', async () => {
    const { store, cache, encryptionKey } = dataKeyHarness();
    const made = [...(await times(50, () => encryptionKey())), await encryptionKey()];
    expect(new Set(made.map(bytesOf)).size).toBe(1);
    expect(new Set(made.map(({ plaintext }) => plaintext)).size).toBe(1);
    expect(store.calls).toBe(1);
    expect(cache.counts).toEqual({ hits: 1, misses: 50, calls: 1 });
  });

  test.each<[string, Scope, Context]>([
    ['another tenant', { ...scope, tenantId: 'globex' }, context],
    ['another key', { ...scope, keyName: 'arn:2' }, context],
    ['a context with a name more', scope, { ...context, more: '' }],
    ['a context with a name less', scope, { TenantId: 'acme' }],
    ['a context with another value', scope, { ...context, document: 'invoice-8' }],
    ['a context with another case', scope, { TenantId: 'acme', Document: 'invoice-7' }],
  ])('never with %s', async (_, of, bound) => {
    const { encryptionKey } = dataKeyHarness();
    const one = await encryptionKey();
    const other = await encryptionKey(of, bound);
    expect(other.plaintext).not.toBe(one.plaintext);
  });

  test('whatever the order of the context', async () => {
    const { store, encryptionKey } = dataKeyHarness();
    await encryptionKey();
    await encryptionKey(scope, { document: 'invoice-7', TenantId: 'acme' });
    expect(store.calls).toBe(1);
  });

  test('never where a message is to have its own', async () => {
    const { store, encryptionKey } = dataKeyHarness();
    const own = { ...scope, plaintextBytes: Number.POSITIVE_INFINITY };
    await times(3, () => encryptionKey(own));
    expect(store.calls).toBe(3);
  });

  test('never with a message that was asked to have its own', async () => {
    const { store, cached, cache } = dataKeyHarness();
    const bytes = Buffer.from('x');
    const message = await encryptEnvelope(cached(), bytes, context);
    const contexts = { from: context, to: context };
    await times(3, () =>
      envelopeReencryption(cached(), message, contexts, 'own').run(cache, cache),
    );
    // One that made the message, one that unwraps its data key, and three.
    expect(store.calls).toBe(5);
    await encryptEnvelope(cached(), bytes, context);
    expect(store.calls).toBe(5);
  });

  test('to decrypt a message, only for the same bytes under the same context', async () => {
    const { store, encryptionKey, decryptionKey } = dataKeyHarness();
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

  test('never for two different uses: no two have one id', () => {
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
