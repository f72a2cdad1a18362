/** The text of a wrapped data key: what Vault writes, and nothing that merely opens. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ciphertextOf, versionOf } from '../../../../lambdas/key-stores/vault/vault-ciphertext.ts';

const wrappedBytes = fc.uint8Array({ minLength: 60, maxLength: 60 });
const written = fc
  .tuple(fc.integer({ min: 1, max: 999_999_999 }), wrappedBytes)
  .map(([version, bytes]) => ({
    version: `v${version}`,
    text: `vault:v${version}:${Buffer.from(bytes).toString('base64')}`,
  }));
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

test('what Vault writes is read, and stays the same', () => {
  fc.assert(
    fc.property(written, ({ version, text }) => {
      expect([versionOf(text), ciphertextOf(ascii(text))]).toEqual([version, text]);
    }),
  );
});

test('bytes that are read are those that were written: there is no second spelling', () => {
  const edit = fc.record({
    at: fc.nat(100),
    remove: fc.nat(2),
    insert: fc.oneof(
      fc.string({ maxLength: 2 }),
      fc.constantFrom('0', '+', '\n', '=', '-', '_', ' '),
    ),
  });
  fc.assert(
    fc.property(written, edit, ({ text }, { at, remove, insert }) => {
      const edited = text.slice(0, at) + insert + text.slice(at + remove);
      const read = ciphertextOf(ascii(edited));
      if (read === undefined) return;
      const [, version, base64 = ''] = read.split(':');
      const again = `vault:${version}:${Buffer.from(base64, 'base64').toString('base64')}`;
      expect([read, Number(version?.slice(1))]).toEqual([again, expect.any(Number)]);
      expect(`v${Number(version?.slice(1))}`).toBe(version);
    }),
    { numRuns: 1000 },
  );
});

describe('the engine opens these, and we do not ask it', () => {
  const base64 = Buffer.alloc(60, 7).toString('base64');
  test.each([
    ['a version before the first', `vault:v0:${base64}`],
    ['a zero before the version', `vault:v01:${base64}`],
    ['a sign', `vault:v+1:${base64}`],
    ['a line end', `vault:v1:${base64}\n`],
  ])('%s', (_, text) => {
    expect(ciphertextOf(ascii(text))).toBeUndefined();
  });
});

test.each([
  ['nothing', ''],
  ['no prefix', Buffer.alloc(60).toString('base64')],
  ['another prefix', `Vault:v1:${Buffer.alloc(60).toString('base64')}`],
  ['no version', `vault::${Buffer.alloc(60).toString('base64')}`],
  ['a version that no key reaches', `vault:v1000000000:${Buffer.alloc(60).toString('base64')}`],
  ['a byte less', `vault:v1:${Buffer.alloc(59).toString('base64')}`],
  ['a byte more', `vault:v1:${Buffer.alloc(61).toString('base64')}`],
  ['the alphabet of URLs', `vault:v1:${'-'.repeat(80)}`],
  ['a byte beyond ASCII', `vault:v1:${'\u00e9'.repeat(80)}`],
])('%s is none', (_, text) => {
  expect(ciphertextOf(ascii(text))).toBeUndefined();
});
