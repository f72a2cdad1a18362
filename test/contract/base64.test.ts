import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBase64 } from '../../contract/base64.ts';

test('every bytes come back from their base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64');
      expect(decodeBase64(text)).toEqual(Buffer.from(bytes));
    }),
  );
});

test('a text that is accepted is the one that base64 writes for its bytes', () => {
  const symbols = fc.constantFrom(...'ABYZabyz0189+/=-_ \n.'.split(''));
  fc.assert(
    fc.property(fc.string({ unit: symbols, maxLength: 12 }), (text) => {
      const bytes = decodeBase64(text);
      if (bytes !== undefined) expect(bytes.toString('base64')).toBe(text);
      expect(bytes !== undefined).toBe(isCanonical(text));
    }),
    { numRuns: 2000 },
  );
});

/** RFC 4648 written down a second time, as a grammar. */
function isCanonical(text: string): boolean {
  const group = '[A-Za-z0-9+/]{4}';
  return (
    new RegExp(`^(${group})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$`).test(
      text,
    ) && !text.endsWith('\n')
  );
}

describe('refused', () => {
  test.each([
    ['no padding', 'eA'],
    ['half the padding', 'eA='],
    ['too much padding', 'eA==='],
    ['padding alone', '='],
    ['padding inside', 'eA==eA=='],
    ['a space', 'eA== '],
    ['a newline', 'eA==\n'],
    ['the URL alphabet', '-_-_'],
    ['trailing bits', 'eB=='],
    ['trailing bits of two bytes', 'eHl='],
    ['a letter that is not ASCII', 'eAé='],
    ['a full-width letter', 'Ａ==='],
    ['a null byte', 'eA=\u0000'],
  ])('%s', (_, text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});
