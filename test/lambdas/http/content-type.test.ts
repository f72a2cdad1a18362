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
    return contentType({ ...event, ...inLowerCase(event) });
  } catch (error) {
    const { status, message, headers } = error as Problem;
    return { status, message, headers };
  }
}

const json = 'application/json';
const once = { status: 400, message: 'content-type: must be given once' };

test('the one type of a body is taken as it came', () => {
  expect(typeOf([['Content-Type', ' application/json; charset=utf-8 ']])).toBe(
    'application/json; charset=utf-8',
  );
  expect(typeOf([['CONTENT-type', 'text/plain; x="a,b"']])).toBe('text/plain; x="a,b"');
  expect(typeOf([])).toBe('');
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
    ).toBe(json);
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
