/** A wrapped data key in messages: one spelling, and one encryption context. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  boundToContext,
  bytesOf,
  dataKeyOf,
  wrappedByVersion,
} from '../../../../lambdas/key-stores/azure-key-vault/wrapped-data-key.ts';

const context = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
  minKeys: 1,
  maxKeys: 4,
});
const dataKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
const bytes = fc
  .constantFrom(256, 384, 512)
  .chain((size) => fc.uint8Array({ minLength: size + 16, maxLength: size + 16 }));

test('what is read is written as the same bytes again', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      const read = wrappedByVersion(given);
      expect(read && bytesOf(read)).toEqual(given);
    }),
  );
});

test.each([0, 16, 271, 273, 384, 399, 401, 527, 529, 1024])('%i bytes are none', (length) => {
  expect(wrappedByVersion(new Uint8Array(length))).toBeUndefined();
});

test.each([
  ['capitals', 'A'.repeat(32)],
  ['too short', 'a'.repeat(31)],
  ['no hexadecimal', 'g'.repeat(32)],
  ['a path', '../../../keys/neighbour/versions'],
])('a version of %s is none of the vault', (_, version) => {
  expect(bytesOf({ version, ciphertext: new Uint8Array(384) })).toBeUndefined();
});

test('a data key comes out under its own context alone', () => {
  fc.assert(
    fc.property(dataKey, context, context, (key, own, other) => {
      expect(dataKeyOf(boundToContext(key, own), own)).toEqual(key);
      const names = (one: object) => JSON.stringify(Object.entries(one).sort());
      fc.pre(names(own) !== names(other));
      expect(dataKeyOf(boundToContext(key, own), other)).toBeUndefined();
    }),
  );
});

test('what was bound is zeroed, whatever comes of it', () => {
  for (const other of [{ TenantId: 'acme' }, { TenantId: 'globex' }]) {
    const bound = boundToContext(new Uint8Array(32).fill(7), { TenantId: 'acme' });
    dataKeyOf(bound, other);
    expect(bound).toEqual(new Uint8Array(64));
  }
});

test('an encryption context without pairs binds nothing, and is refused', () => {
  expect(() => boundToContext(new Uint8Array(32), {})).toThrow('without pairs');
});
