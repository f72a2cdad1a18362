import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Problem } from '../../../contract/problem.ts';
import { contentType } from '../../../lambdas/http/content-type.ts';
import { inLowerCase } from '../../../lambdas/http/header-names.ts';
import { eventOf } from './event.ts';

/** @param fields as a client sends them, in order */
function typeOf(fields: readonly (readonly [string, string])[]) {
  const names = [...new Set(fields.map(([name]) => name))];
  const multiValueHeaders = Object.fromEntries(
    names.map((name) => [name, fields.filter(([one]) => one === name).map(([, value]) => value)]),
  );
  const event = eventOf({ headers: Object.fromEntries(fields), multiValueHeaders });
  try {
    return contentType({ ...event, ...inLowerCase(event) }) ?? 'none';
  } catch (error) {
    const { status, message, headers } = error as Problem;
    return { status, message, headers };
  }
}

const json = 'application/json';
const once = { status: 400, message: 'content-type: must be given once' };

const plain = (type: string, ...parameters: (readonly [string, string])[]) => ({
  type,
  parameters,
});

test.each([
  [' application/json; charset=utf-8 ', plain(json, ['charset', 'utf-8'])],
  ['Application/JSON ;\tCharSet="UTF-8";', plain(json, ['charset', 'UTF-8'])],
  ['text/plain; x="a,b";y="\\"";', plain('text/plain', ['x', 'a,b'], ['y', '"'])],
  ['text/plain; ; ;x=1', plain('text/plain', ['x', '1'])],
  ['', 'none'],
  ['json', 'none'],
  ['application/', 'none'],
  ['application/json/x', 'none'],
  ['application/json charset=utf-8', 'none'],
  ['application/json; charset = utf-8', 'none'],
  ['application/json; charset', 'none'],
  ['application/json; charset="utf-8', 'none'],
])('the one type of a body, or none: %j', (header, type) => {
  expect(typeOf([['CONTENT-type', header]])).toEqual(type);
});

test('without the header there is none', () => {
  expect(typeOf([])).toBe('none');
});

test('a parameter has one value, however it is quoted and spaced', () => {
  const space = fc.constantFrom('', ' ', '\t', ' \t ');
  const value = fc.string({ unit: fc.constantFrom('a', ',', ';', '=', '"', '\\', ' ', 'é') });
  fc.assert(
    fc.property(value, space, space, fc.func(fc.boolean()), (text, before, after, isEscaped) => {
      const quoted = [...text].map((one, at) =>
        one === '"' || one === '\\' || isEscaped(at) ? `\\${one}` : one,
      );
      const header = `a/b${before};${after}X="${quoted.join('')}"${before};${after}`;
      expect(typeOf([['Content-Type', header]])).toEqual(plain('a/b', ['x', text]));
    }),
  );
});

describe('two content types are a 400, alike or not', () => {
  test.each([
    [
      'in two fields',
      [
        ['Content-Type', json],
        ['Content-Type', 'text/plain'],
      ],
    ],
    [
      'alike',
      [
        ['Content-Type', json],
        ['Content-Type', json],
      ],
    ],
    [
      'in two spellings',
      [
        ['Content-Type', json],
        ['content-type', 'application/octet-stream'],
      ],
    ],
    ['in one field', [['Content-Type', 'application/json, application/octet-stream']]],
    ['in one field, the second empty', [['Content-Type', 'application/json,']]],
    ['in one field, after a quoted comma', [['Content-Type', 'a/b; x="," , c/d']]],
  ] as const)('%s', (_, fields) => {
    expect(typeOf(fields)).toMatchObject(once);
  });
});

describe('a body with Content-Encoding is a 415 that says so', () => {
  test.each([
    ['gzip', [['Content-Encoding', 'gzip']]],
    ['in another spelling', [['content-ENCODING', 'br']]],
    ['unknown', [['Content-Encoding', 'x']]],
    ['identity and gzip', [['Content-Encoding', 'identity, gzip']]],
    [
      'gzip, then identity',
      [
        ['Content-Encoding', 'gzip'],
        ['content-encoding', 'identity'],
      ],
    ],
  ] as const)('%s', (_, fields) => {
    expect(typeOf([['Content-Type', json], ...fields])).toMatchObject({
      status: 415,
      message: expect.stringContaining('without Content-Encoding'),
      headers: { 'Accept-Encoding': 'identity' },
    });
  });

  test.each(['identity', 'Identity', ''])('not with %p, which is none', (coding) => {
    expect(
      typeOf([
        ['Content-Type', json],
        ['Content-Encoding', coding],
      ]),
    ).toEqual(plain(json));
  });
});

test('header names in one case lose no value, whatever they are called', () => {
  const name = fc.constantFrom('A', 'a', '__proto__', 'constructor', 'toString', 'X-a', 'x-A');
  const fields = fc.dictionary(name, fc.array(fc.string(), { minLength: 1, maxLength: 3 }));
  fc.assert(
    fc.property(fields, (multiValueHeaders) => {
      const { multiValueHeaders: lower } = inLowerCase({ headers: {}, multiValueHeaders });
      expect(Object.values(lower).flat().sort()).toEqual(
        Object.values(multiValueHeaders).flat().sort(),
      );
      expect(Object.keys(lower).every((one) => one === one.toLowerCase())).toBe(true);
    }),
  );
});
