import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  additionalData,
  decryptUnder,
  type EncryptionContext,
  encryptUnder,
  parseCiphertext,
} from '../../../local/kms/ciphertext.ts';
import { newKey } from '../../../local/kms/key.ts';
import { newMaterial } from '../../../local/kms/material.ts';
import type { StoredKey } from '../../../local/kms/stored-key.ts';
import { testKms } from './harness.ts';

const { account } = testKms();
const key = newKey(account, {});
const context: EncryptionContext = new Map([
  ['TenantId', 'acme'],
  ['Purpose', 'test'],
]);
const plaintext = Buffer.from('a hundred bytes of nothing in particular, '.repeat(3)).subarray(
  0,
  100,
);

/** @returns the plaintext, or the name and message of the error */
function decrypted(blob: Buffer, encryptedFor = context, with_: StoredKey = key): Buffer | string {
  try {
    return decryptUnder(with_, parseCiphertext(blob), encryptedFor);
  } catch (error) {
    return `${(error as Error).name}:${(error as Error).message}`;
  }
}

const refused = 'InvalidCiphertextException:';
const texts = fc.string({ unit: 'binary', maxLength: 8 });
const contexts = fc
  .array(fc.tuple(texts, texts), { maxLength: 4 })
  .map((entries): EncryptionContext => new Map(entries));
const asJson = (value: EncryptionContext) => JSON.stringify([...value].sort());

describe('a ciphertext', () => {
  test('decrypts to what was encrypted, whatever the bytes and the context', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 4096 });
    fc.assert(
      fc.property(bytes, contexts, (data, given) => {
        const blob = encryptUnder(key, Buffer.from(data), given);
        expect(blob.length).toBe(61 + data.length + 16);
        expect(decrypted(blob, new Map([...given].reverse()))).toEqual(Buffer.from(data));
      }),
    );
  });

  test('with any single bit flipped does not decrypt, with the key that it really belongs to', () => {
    const blob = encryptUnder(key, plaintext, context);
    for (let bit = 0; bit < blob.length * 8; bit += 1) {
      const flipped = Buffer.from(blob);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect([bit, decrypted(flipped)]).toEqual([bit, refused]);
    }
  });

  test('cut anywhere, or with a byte more at either end, does not decrypt', () => {
    const blob = encryptUnder(key, plaintext, context);
    for (let length = 0; length < blob.length; length += 1) {
      expect(decrypted(blob.subarray(0, length))).toBe(refused);
      expect(decrypted(blob.subarray(blob.length - length))).toBe(refused);
    }
    expect(decrypted(Buffer.concat([blob, Buffer.from([0])]))).toBe(refused);
    expect(decrypted(Buffer.concat([Buffer.from([1]), blob]))).toBe(refused);
  });

  test('of a version from the future does not decrypt', () => {
    const blob = encryptUnder(key, plaintext, context);
    for (let version = 0; version < 256; version += 1) {
      blob[0] = version;
      expect(typeof decrypted(blob)).toBe(version === 1 ? 'object' : 'string');
    }
  });

  test('names its key and material, and shows nothing of the plaintext', () => {
    const blob = encryptUnder(key, plaintext, context);
    const { keyId, materialId } = parseCiphertext(blob);
    expect(keyId).toBe(key.keyId);
    expect(materialId).toBe(key.materials[0]?.id);
    expect(blob.includes(plaintext.subarray(0, 8))).toBe(false);
  });

  test('of the same plaintext is different each time', () => {
    const blobs = Array.from({ length: 200 }, () =>
      encryptUnder(key, plaintext, context).toString('hex'),
    );
    const ivs = blobs.map((blob) => blob.slice(49 * 2, 61 * 2));
    expect(new Set(blobs).size).toBe(200);
    expect(new Set(ivs).size).toBe(200);
  });

  test('opens with its own material after a rotation, and only with that', () => {
    const old = encryptUnder(key, plaintext, context);
    const rotated = { ...key, materials: [...key.materials, newMaterial(0, 'ON_DEMAND')] };
    expect(decrypted(old, context, rotated)).toEqual(plaintext);
    expect(parseCiphertext(encryptUnder(rotated, plaintext, context)).materialId).toBe(
      rotated.materials[1]?.id,
    );
    const without = { ...rotated, materials: rotated.materials.slice(1) };
    expect(decrypted(old, context, without)).toBe(refused);
  });

  test('does not decrypt with another key that has, by forgery, the same material', () => {
    const blob = encryptUnder(key, plaintext, context);
    const other: StoredKey = { ...newKey(account, {}), materials: key.materials };
    const moved = Buffer.concat([
      encryptUnder(other, plaintext, context).subarray(0, 17),
      blob.subarray(17),
    ]);
    expect(decrypted(moved, context, other)).toBe(refused);
  });
});

describe('the encryption context', () => {
  test('must be the same to the last pair', () => {
    fc.assert(
      fc.property(contexts, contexts, (given, asked) => {
        fc.pre(asJson(given) !== asJson(asked));
        expect(decrypted(encryptUnder(key, plaintext, given), asked)).toBe(refused);
      }),
    );
  });

  test('has its own bytes: no two contexts share them', () => {
    const header = Buffer.alloc(61);
    // Pieces that would collide under concatenation, a separator or a missing count.
    const piece = fc.constantFrom(
      '',
      'a',
      'aa',
      'b',
      '=',
      ',',
      '\0',
      '\ud800',
      '\udfff',
      'é',
      'e\u0301',
    );
    const tricky = fc
      .array(
        fc.tuple(
          fc.array(piece).map((p) => p.join('')),
          piece,
        ),
        { maxLength: 4 },
      )
      .map((entries): EncryptionContext => new Map(entries));
    fc.assert(
      fc.property(tricky, tricky, (a, b) => {
        const same = additionalData(header, a).equals(additionalData(header, b));
        expect(same).toBe(asJson(a) === asJson(b));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [{ ab: 'c' }, { a: 'bc' }],
    [{ a: '' }, {}],
    // With a terminator in the place of a length these would be the same bytes.
    [{ '\0': '' }, { '': '\0' }],
    [{ a: '\0' }, { 'a\0': '' }],
    [{ '': '' }, {}],
    [{ a: 'b', c: 'd' }, { a: 'bcd' }],
    [{ a: 'B' }, { a: 'b' }],
    [{ A: 'b' }, { a: 'b' }],
    [{ a: 'b' }, { b: 'a' }],
    [{ a: '\ud800' }, { a: '\ud801' }],
    [{ a: 'é' }, { a: 'e\u0301' }],
    [{ a: 'b' }, { a: 'b ' }],
  ])('%j is not %j', (a, b) => {
    const blob = encryptUnder(key, plaintext, new Map(Object.entries(a)));
    expect(decrypted(blob, new Map(Object.entries(b) as [string, string][]))).toBe(refused);
  });
});
