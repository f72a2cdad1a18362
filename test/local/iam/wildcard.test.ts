import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { literally, matches, overlap, wildcard } from '../../../local/iam/wildcard.ts';

/** The same answer by a regular expression. */
function byRegExp(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\/-]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

describe('wildcard', () => {
  test.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['?', '', false],
    ['a*', 'a', true],
    ['a*c', 'abcbc', true],
    ['a*c', 'abcb', false],
    ['*a*b', 'aab', true],
    ['*ab*ab', 'abab', true],
    ['*ab*ab', 'aab', false],
    ['a?c', 'ac', false],
    ['kms:Get*', 'kms:Get', true],
    ['acme', 'acme2', false],
    ['acme*', 'acme2', true],
    ['a.c', 'abc', false],
    ['*', 'line\nbreak', true],
    ['a?', 'a名', true],
    // Two code units: AWS does not say whether they are one character.
    ['a?', 'a😀', false],
    ['a??', 'a😀', true],
    ['?*', '😀', true],
  ])('%j matches %j: %p', (pattern, text, expected) => {
    expect(matches(wildcard(pattern), text)).toBe(expected);
  });

  test('agrees with a regular expression', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', ':', '/'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/'), maxLength: 10 });
    fc.assert(
      fc.property(few, text, (pattern, value) => {
        expect(matches(wildcard(pattern), value)).toBe(byRegExp(pattern, value));
      }),
      { numRuns: 2000 },
    );
  });

  test('a literal matches itself and nothing else, whatever is in it', () => {
    const any = fc.string({ unit: fc.constantFrom('a', '*', '?'), maxLength: 4 });
    fc.assert(
      fc.property(any, any, (pattern, value) => {
        expect(matches(literally(pattern), value)).toBe(pattern === value);
      }),
    );
  });

  test('many stars do not take exponential time', () => {
    const started = performance.now();
    expect(matches(wildcard(`${'*a'.repeat(40)}b`), 'a'.repeat(2000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

test('two patterns overlap where some text matches both', () => {
  const texts = [''];
  for (const text of texts) if (text.length < 6) texts.push(`${text}a`, `${text}b`);
  // Of three units each: what matches both, if anything does, is no longer than six.
  const few = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 3 });
  fc.assert(
    fc.property(few, few, (one, other) => {
      const [pattern, another] = [wildcard(one), wildcard(other)];
      const expected = texts.some((text) => matches(pattern, text) && matches(another, text));
      expect(overlap(pattern, another)).toBe(expected);
      expect(overlap(another, pattern)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});
