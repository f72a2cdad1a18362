/** Associated data: one for each encryption context, and of any two contexts never the same. */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { associatedDataOf } from '../../../../lambdas/key-stores/vault/associated-data.ts';

const context = fc
  .dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
    minKeys: 1,
    maxKeys: 5,
    noNullPrototype: true,
  })
  .filter((context) => !Object.hasOwn(context, '__proto__'));
const pairsOf = (context: Readonly<Record<string, string>>) =>
  Object.entries(context)
    .map((pair) => JSON.stringify(pair.map(hex)))
    .sort();
const hex = (text: string) => Buffer.from(text, 'utf8').toString('hex');

test('the order of the pairs is of no matter', () => {
  fc.assert(
    fc.property(context, (context) => {
      const reversed = Object.fromEntries(Object.entries(context).toReversed());
      expect(associatedDataOf(reversed)).toBe(associatedDataOf(context));
    }),
  );
});

test('two contexts with other bytes have other associated data', () => {
  const similar = fc.tuple(context, fc.string(), fc.string()).map(([context, name, value]) => [
    { ...context, [`${name}a`]: value },
    { ...context, [name]: `a${value}` },
  ]);
  fc.assert(
    fc.property(similar, ([one = {}, other = {}]) => {
      const isSame = associatedDataOf(one) === associatedDataOf(other);
      const isEqual = isDeepStrictEqual(pairsOf(one), pairsOf(other));
      expect(isSame).toBe(isEqual);
    }),
  );
});

/** AWS Encryption SDK Developer Guide, "Message format": AAD, without its length. */
test('is what the format says', () => {
  const pairs = [
    '0002',
    '0008',
    hex('TenantId'),
    '0004',
    hex('acme'),
    '0008',
    hex('document'),
    '0001',
    hex('7'),
  ];
  expect(associatedDataOf({ document: '7', TenantId: 'acme' })).toBe(
    Buffer.from(pairs.join(''), 'hex').toString('base64'),
  );
});

test('is sorted by UTF-8, not by UTF-16', () => {
  const bytes = Buffer.from(associatedDataOf({ '\u{10000}': '', '\uffee': '' }), 'base64');
  expect(bytes.indexOf(Buffer.from('\uffee'))).toBeLessThan(
    bytes.indexOf(Buffer.from('\u{10000}')),
  );
});

test('of no pairs there is none: Vault would take empty associated data for none', () => {
  expect(() => associatedDataOf({})).toThrow('without pairs');
});
