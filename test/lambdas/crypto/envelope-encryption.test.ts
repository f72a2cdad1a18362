import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  MultiKeyringNode,
} from '@aws-crypto/client-node';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CachedKeyring } from '../../../lambdas/crypto/cached-data-keys.ts';
import { decryptEnvelope, encryptEnvelope } from '../../../lambdas/crypto/envelope-encryption.ts';
import { parseMessage } from '../../../lambdas/crypto/message/message-parser.ts';
import { KeyStoreFailure } from '../../../lambdas/key-stores/keyring.ts';
import { rawKeyring, sdkKeyring, uncached, uncachedRawKeyring } from './raw-keyring.ts';

const stock = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);
const stockCommitted = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const acme = uncachedRawKeyring('acme');
const context = { TenantId: 'acme', document: 'invoice-7' };
const plaintext = Buffer.from('p'.repeat(100));

/** @returns the code of the problem, or the plaintext */
const outcome = (ciphertext: Buffer, key = acme, given: Record<string, string> = context) =>
  decryptEnvelope(key, ciphertext, given).then(
    (bytes) => bytes.toString('utf8'),
    (error) => error.code ?? error,
  );

let message: Buffer;
beforeAll(async () => {
  message = await encryptEnvelope(acme, plaintext, context);
});

const contexts = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 9 }).filter((n) => n.isWellFormed() && n !== '__proto__'),
  fc.string({ maxLength: 9 }).filter((value) => value.isWellFormed()),
);

test('any bytes and any context come back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), contexts, async (bytes, given) => {
      const ciphertext = await encryptEnvelope(acme, Buffer.from(bytes), given);
      expect(await decryptEnvelope(acme, ciphertext, given)).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 50 },
  );
});

test.each([0, 1, 65_535, 65_536, 65_537, 200_000])('%d bytes come back', async (length) => {
  const bytes = Buffer.alloc(length, 3);
  const ciphertext = await encryptEnvelope(acme, bytes, context);
  expect((await decryptEnvelope(acme, ciphertext, context)).equals(bytes)).toBe(true);
});

describe('the context must be the same', () => {
  test.each([
    ['one name less', { TenantId: 'acme' }],
    ['one name more', { ...context, more: '' }],
    ['another value', { ...context, document: 'invoice-8' }],
    ['another case', { TenantId: 'acme', Document: 'invoice-7' }],
    ['another tenant', { ...context, TenantId: 'acme2' }],
    ['nothing', {}],
  ])('%s', async (_, given) => {
    expect(await outcome(message, acme, given)).toBe('decryption-failed');
  });
});

describe('what cannot be decrypted, all alike', () => {
  test('every single-bit flip', async () => {
    const outcomes = new Set<string>();
    for (let bit = 0; bit < message.length * 8; bit += 1) {
      const copy = Buffer.from(message);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      outcomes.add(await outcome(copy));
    }
    expect([...outcomes]).toEqual(['decryption-failed']);
  });

  test('every truncation', async () => {
    const outcomes = new Set<string>();
    for (let length = 0; length < message.length; length += 1) {
      outcomes.add(await outcome(message.subarray(0, length)));
    }
    expect([...outcomes]).toEqual(['decryption-failed']);
  });

  test.each([1, 2, 16, 1000])('%d bytes after the end', async (count) => {
    expect(await outcome(Buffer.concat([message, Buffer.alloc(count)]))).toBe('decryption-failed');
  });

  test('a message twice', async () => {
    expect(await outcome(Buffer.concat([message, message]))).toBe('decryption-failed');
  });

  test("a neighbour's message, by the name of its key and by the key itself", async () => {
    expect(await outcome(message, uncachedRawKeyring('globex'))).toBe('decryption-failed');
    expect(await outcome(message, uncachedRawKeyring('acme', 8))).toBe('decryption-failed');
  });

  test("a message that another key has wrapped, though the tenant's key store could unwrap it", async () => {
    expect(await outcome(message, uncached({ ...acme.keyring, owns: () => false }))).toBe(
      'decryption-failed',
    );
  });

  test('any garbage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(await outcome(Buffer.from(bytes))).toBe('decryption-failed');
      }),
    );
  });

  test('garbage after the beginning of a message', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(message.length),
        fc.uint8Array({ maxLength: 60 }),
        async (at, tail) => {
          const bytes = Buffer.concat([message.subarray(0, at), tail]);
          fc.pre(!bytes.equals(message));
          expect(await outcome(bytes)).toBe('decryption-failed');
        },
      ),
    );
  });

  test('frames in another order', async () => {
    const bytes = Buffer.concat([
      Buffer.alloc(65_536, 1),
      Buffer.alloc(65_536, 2),
      Buffer.from('x'),
    ]);
    const { result: long } = await stockCommitted.encrypt(sdkKeyring('acme'), bytes, {
      suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
      encryptionContext: context,
      frameLength: 65_536,
    });
    expect(await outcome(long)).toBe(bytes.toString());
    const frame = 4 + 12 + 65_536 + 16;
    const finalLength = 4 + 4 + 12 + 4 + 1 + 16;
    const start = long.length - finalLength - 2 * frame;
    const swapped = Buffer.concat([
      long.subarray(0, start),
      long.subarray(start + frame, start + 2 * frame),
      long.subarray(start, start + frame),
      long.subarray(start + 2 * frame),
    ]);
    expect(swapped.length).toBe(long.length);
    expect(await outcome(swapped)).toBe('decryption-failed');
    const dropped = Buffer.concat([long.subarray(0, start), long.subarray(start + frame)]);
    expect(await outcome(dropped)).toBe('decryption-failed');
  });
});

describe('with the stock Encryption SDK', () => {
  const stockEncrypt = async (suite?: AlgorithmSuiteIdentifier, keyring = sdkKeyring('acme')) => {
    const client = suite === undefined ? stockCommitted : stock;
    const options = { encryptionContext: context, ...(suite !== undefined && { suiteId: suite }) };
    return (await client.encrypt(keyring, plaintext, options)).result;
  };

  test('decrypts our message', async () => {
    const decrypted = await stockCommitted.decrypt(sdkKeyring('acme'), message);
    expect(decrypted.plaintext).toEqual(plaintext);
    expect({ ...decrypted.messageHeader.encryptionContext }).toEqual(context);
  });

  test.each([0, 1, 200_000])(
    'decrypts our message of %d bytes, all in its final frame',
    async (length) => {
      const bytes = Buffer.alloc(length, 3);
      const ours = await encryptEnvelope(acme, bytes, context);
      const decrypted = await stockCommitted.decrypt(sdkKeyring('acme'), ours);
      expect(decrypted.plaintext.equals(bytes)).toBe(true);
      expect(decrypted.messageHeader.frameLength).toBeGreaterThan(length);
    },
  );

  test('any of its messages is decrypted here, in frames of any length, signed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        contexts,
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        async (bytes, given, frameLength, signed) => {
          const { result } = await stockCommitted.encrypt(sdkKeyring('acme'), bytes, {
            suiteId: signed
              ? AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384
              : AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
            encryptionContext: given,
            frameLength,
          });
          expect(await decryptEnvelope(acme, result, given)).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('decrypts any of our messages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), contexts, async (bytes, given) => {
        const ours = await encryptEnvelope(acme, Buffer.from(bytes), given);
        const decrypted = await stockCommitted.decrypt(sdkKeyring('acme'), ours);
        expect(decrypted.plaintext).toEqual(Buffer.from(bytes));
        expect({ ...decrypted.messageHeader.encryptionContext }).toEqual(given);
      }),
      { numRuns: 60 },
    );
  });

  test('its signed message is refused with the signature of another', async () => {
    const [one, other] = [await stockEncrypt(), await stockEncrypt()];
    const cut = (signed: Buffer) =>
      signed.length - (parseMessage(signed)?.signature.length ?? 0) - 2;
    const mixed = Buffer.concat([one.subarray(0, cut(one)), other.subarray(cut(other))]);
    expect(parseMessage(mixed)?.signed).toBe(true);
    expect(await outcome(mixed)).toBe('decryption-failed');
  });

  test('its message by default, committed and signed, is decrypted here', async () => {
    const signed = await stockEncrypt();
    expect(parseMessage(signed)?.signed).toBe(true);
    expect(await outcome(signed)).toBe(plaintext.toString());
  });

  test('its signed message cannot be cut, lengthened or have its context wrong', async () => {
    const signed = await stockEncrypt();
    expect(await outcome(signed.subarray(0, -1))).toBe('decryption-failed');
    expect(await outcome(Buffer.concat([signed, Buffer.alloc(1)]))).toBe('decryption-failed');
    expect(await outcome(signed, acme, { TenantId: 'acme' })).toBe('decryption-failed');
    const flipped = Buffer.from(signed);
    flipped[signed.length - 1] = (flipped[signed.length - 1] as number) ^ 1;
    expect(await outcome(flipped)).toBe('decryption-failed');
  });

  test.each([
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16,
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA256,
    AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384,
  ])('its message without commitment is refused here: suite %d', async (suite) => {
    const uncommitted = await stockEncrypt(suite);
    expect((await stock.decrypt(sdkKeyring('acme'), uncommitted)).plaintext).toEqual(plaintext);
    expect(await outcome(uncommitted)).toBe('decryption-failed');
  });

  test('its message with two wrapped data keys is refused here', async () => {
    const keyring = new MultiKeyringNode({
      generator: sdkKeyring('acme'),
      children: [sdkKeyring('globex')],
    });
    const doubly = await stockEncrypt(undefined, keyring);
    expect(parseMessage(doubly)).toBeUndefined();
    expect(await outcome(doubly)).toBe('decryption-failed');
  });
});

describe('a failure that is not in the message', () => {
  const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  const failing = (error: unknown): CachedKeyring => {
    const fail = async () => Promise.reject(error);
    return uncached({ ...rawKeyring('acme'), generateDataKey: fail, unwrapDataKey: fail });
  };

  test('is not taken for one of the message', async () => {
    expect(await outcome(message, failing(new KeyStoreFailure(throttled)))).toBe(throttled);
  });

  test('but whatever else the keyring says is', async () => {
    expect(await outcome(message, failing(throttled))).toBe('decryption-failed');
  });

  test('of encryption comes as it is', async () => {
    await expect(encryptEnvelope(failing(throttled), plaintext, context)).rejects.toBe(throttled);
  });
});
