import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson } from '../../contract/strict-json.ts';

const refusalOf = (text: string): string => {
  try {
    parseStrictJson(text);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

test('what JSON.stringify writes is read as JSON.parse reads it, however it is spaced', () => {
  const value = fc.dictionary(
    fc.string().filter((name) => name !== '__proto__'),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())),
  );
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1, '\t', '\n'), (object, space) => {
      const text = JSON.stringify(object, null, space);
      fc.pre(text.isWellFormed() && !text.includes('\\ud'));
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('any name that stands twice in an object is found, however it is escaped', () => {
  const escaped = (name: string) =>
    `"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z"\\]{1,6}$/), fc.boolean(), (name, inEscapes) => {
      const second = inEscapes ? escaped(name) : JSON.stringify(name);
      expect(refusalOf(`{${JSON.stringify(name)}:1,"other":[{}],${second}:2}`)).toBe(
        'must not have a name twice',
      );
    }),
  );
});

describe('refused', () => {
  test.each([
    ['a name twice', '{"a":1,"a":1}', 'must not have a name twice'],
    ['a name twice with an escape', '{"a":1,"\\u0061":1}', 'must not have a name twice'],
    ['a name twice further in', '{"x":[{"a":1,"a":1}]}', 'must not have a name twice'],
    ['a name twice after a colon with space', '{"a" :1,"a"\n:1}', 'must not have a name twice'],
    ['__proto__', '{"__proto__":{}}', 'must not have the name __proto__'],
    ['__proto__ with an escape', '{"__pr\\u006fto__":{}}', 'must not have the name __proto__'],
    ['a lone surrogate as an escape', '{"a":"\\ud800"}', 'must be well-formed Unicode'],
    ['a lone surrogate as it stands', '{"a":"\ud800"}', 'must be well-formed Unicode'],
    ['a lone surrogate in a name', '{"\\udfff":1}', 'must be well-formed Unicode'],
    ['nine levels', `${'['.repeat(9)}${']'.repeat(9)}`, 'is nested too deeply'],
    ['a million levels', `${'['.repeat(1e6)}${']'.repeat(1e6)}`, 'is nested too deeply'],
    ['half a text', '{"a":', 'must be JSON'],
    ['two texts', '{}{}', 'must be JSON'],
    ['a comment', '{}//', 'must be JSON'],
    ['a comma too many', '{"a":1,}', 'must be JSON'],
    ['single quotes', "{'a':1}", 'must be JSON'],
    ['a byte order mark', '\ufeff{}', 'must be JSON'],
    ['nothing', '', 'must be JSON'],
  ])('%s', (_, text, message) => {
    expect(refusalOf(text)).toBe(message);
  });
});

describe('accepted', () => {
  test.each([
    ['the same name in two objects', '{"a":{"a":1},"b":{"a":1}}'],
    ['a value equal to a name', '{"a":"a","b":"a"}'],
    ['brackets and quotes in a string', '{"a":"[{\\"a\\":1,\\"a\\":1}]"}'],
    ['a backslash before the closing quote', '{"a":"\\\\","b":"\\\\\\\\"}'],
    ['names of Object.prototype', '{"constructor":1,"toString":2}'],
    ['eight levels', `${'['.repeat(8)}${']'.repeat(8)}`],
    ['a pair of surrogates', '{"a":"\\ud83d\\ude00"}'],
  ])('%s', (_, text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});

test('a text of 6 MB is read in less than a second', () => {
  const text = JSON.stringify({
    plaintext: 'A'.repeat(6e6),
    encryptionContext: { a: '\\'.repeat(1e4) },
  });
  const started = performance.now();
  parseStrictJson(text);
  expect(performance.now() - started).toBeLessThan(1000);
});
