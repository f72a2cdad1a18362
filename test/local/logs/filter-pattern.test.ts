/** Filter patterns of CloudWatch Logs, by the examples of AWS's user guide and what was seen on AWS. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FilterPatternError, parseFilterPattern } from '../../../local/logs/filter-pattern.ts';

const matches = (pattern: string, event: unknown): boolean =>
  parseFilterPattern(pattern)(JSON.stringify(event));

/** The events of the guide's page. */
const trailEvent = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  'cluster.name': 'c',
};
const people = {
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
};

describe('the examples of the guide', () => {
  test.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ['{ $.eventType = UpdateTrail }', true],
    ['{ $.sourceIPAddress != 123.123.* }', true],
    ['{ $.sourceIPAddress != 111.111.* }', false],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[1] = "value" }', false],
    ['{ $.objectList[1].id = 2 }', true],
    ['{ $.[\'cluster.name\'] = "c" }', true],
    ['{ $.cluster.name = "c" }', false],
    ['{ $.SomeObject IS NULL }', true],
    ['{ $.SomeOtherObject IS NULL }', false],
    ['{ $.SomeOtherObject NOT EXISTS }', true],
    ['{ $.SomeObject NOT EXISTS }', false],
    ['{ $.ThisFlag IS TRUE }', true],
    ['{ $.ThisFlag IS FALSE }', false],
  ])('%s: %s', (pattern, expected) => {
    expect(matches(pattern, trailEvent)).toBe(expected);
  });

  test.each([
    ['?"ERROR" ?"WARN"', '[ERROR 400] BAD REQUEST', true],
    ['?"ERROR" ?"WARN"', '[WARN] UNAUTHORIZED REQUEST', true],
    ['?"ERROR" ?"WARN"', '[INFO] fine', false],
    ['?"ACCESS_DENIED"', '{"path":"no JSON: " \\","error":"ACCESS_DENIED"}', true],
    ['?"ACCESS_DENIED"', '{"error":"ACCESS-DENIED"}', false],
  ])('%s in the text %s: %s', (pattern, line, expected) => {
    expect(parseFilterPattern(pattern)(line)).toBe(expected);
  });

  test.each([
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    [
      '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }',
      true,
    ],
    [
      '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }',
      false,
    ],
    ['{ $.coordinates[1][2] = 6 }', true],
  ])('%s: %s', (pattern, expected) => {
    expect(matches(pattern, people)).toBe(expected);
  });

  test.each([
    ['{ $.n >= 500 }', 500, true],
    ['{ $.n > 500 }', 500, false],
    ['{ $.n <= 55.5 }', 55.5, true],
    ['{ $.n < 10e-3 }', 0.009, true],
    ['{ $.n = 1e+3 }', 1000, true],
    ['{ $.n > +1000 }', 1001, true],
    ['{ $.n > -1 }', 0, true],
    ['{ $.n != 500 }', 400, true],
    ['{ $.n != 500 }', 500, false],
    ['{ $.n = * }', 50, true],
    ['{ $.n = 4* }', 404, true],
    ['{ $.n = 4* }', 500, false],
  ])('%s of %d: %s', (pattern, n, expected) => {
    expect(matches(pattern, { n })).toBe(expected);
  });

  test('the empty pattern matches every line', () => {
    for (const line of ['', 'text', '[1]', '{}']) expect(parseFilterPattern('')(line)).toBe(true);
  });
});

describe('a property that is missing', () => {
  const missing = [{}, { a: {} }, { a: 'text' }, { a: [{ b: 'x' }] }, { a: null }];

  test.each([
    ['{ $.a.b = "x" }'],
    ['{ $.a.b != "x" }'],
    ['{ $.a.b = "*" }'],
    ['{ $.a.b != 5 }'],
    ['{ $.a.b < 5 }'],
    ['{ $.a.b IS NULL }'],
    ['{ $.a.b IS FALSE }'],
  ])('is no match for %s', (pattern) => {
    for (const event of missing) expect(matches(pattern, event)).toBe(false);
  });

  test('is a match for NOT EXISTS alone', () => {
    for (const event of missing) expect(matches('{ $.a.b NOT EXISTS }', event)).toBe(true);
    for (const b of [null, false, '', 0, {}, []]) {
      expect(matches('{ $.a.b NOT EXISTS }', { a: { b } })).toBe(false);
    }
  });

  test('is what no event inherits, and no place of a list by name', () => {
    expect(matches('{ $.constructor NOT EXISTS }', {})).toBe(true);
    expect(matches('{ $.a.length NOT EXISTS }', { a: [1] })).toBe(true);
    expect(matches('{ $.a.length NOT EXISTS }', { a: 'text' })).toBe(true);
    expect(matches('{ $.a.0 NOT EXISTS }', { a: [1] })).toBe(true);
    expect(matches('{ $.a[0] NOT EXISTS }', { a: { 0: 1 } })).toBe(true);
    expect(parseFilterPattern('{ $.__proto__.a = "x" }')('{"__proto__":{"a":"x"}}')).toBe(true);
  });
});

describe('a value', () => {
  test.each([[null], [true], [false], [[1, 2]], [{ b: 1 }]])(
    'that is %j is no match for any comparison',
    (a) => {
      for (const operator of ['=', '!=']) {
        for (const than of ['"x"', '"*"', '1', '"true"']) {
          expect(matches(`{ $.a ${operator} ${than} }`, { a })).toBe(false);
        }
      }
    },
  );

  test('that is no number is no match for a number', () => {
    for (const operator of ['=', '!=', '<', '<=', '>', '>=']) {
      expect(matches(`{ $.a ${operator} 5 }`, { a: '5' })).toBe(false);
    }
  });

  test('that is text is neither TRUE, FALSE nor NULL', () => {
    expect(matches('{ $.a IS TRUE }', { a: 'true' })).toBe(false);
    expect(matches('{ $.a IS FALSE }', { a: 0 })).toBe(false);
    expect(matches('{ $.a IS NULL }', { a: 'null' })).toBe(false);
  });

  test('is compared by case', () => {
    expect(matches('{ $.a = "Decrypt" }', { a: 'decrypt' })).toBe(false);
    expect(matches('{ $.a != "Decrypt" }', { a: 'decrypt' })).toBe(true);
  });

  test.each([
    ['AccessDenied*', ['AccessDenied', 'AccessDeniedException'], ['xAccessDenied', 'Access']],
    ['*Operation', ['UnauthorizedOperation', 'Operation'], ['Operations']],
    ['*Key*', ['Key', 'PutKeyPolicy'], ['key', 'Ke']],
    ['*', ['', 'x'], []],
    ['a.c[d]$', ['a.c[d]$'], ['abc[d]$']],
  ])('fits "%s", a * before or after standing for any text', (term, fitting, others) => {
    for (const a of fitting) expect(matches(`{ $.a = "${term}" }`, { a })).toBe(true);
    for (const a of fitting) expect(matches(`{ $.a != "${term}" }`, { a })).toBe(false);
    for (const a of others) expect(matches(`{ $.a = "${term}" }`, { a })).toBe(false);
  });
});

test.each([['text'], [''], ['[{"a":"x"}]'], ['"a"'], ['null'], ['{"a":"x"'], ['{"a":"x"} {}']])(
  'a line that is no JSON object matches nothing: %s',
  (line) => {
    for (const pattern of ['{ $.a = "x" }', '{ $.b NOT EXISTS }', '{ $.a != "y" }']) {
      expect(parseFilterPattern(pattern)(line)).toBe(false);
    }
  },
);

describe('a pattern is refused', () => {
  test.each([
    ['of terms', 'ERROR'],
    ['of a quoted term', '"ERROR"'],
    ['of columns', '[ip, user]'],
    ['of white space', ' '],
    ['without a condition', '{ }'],
    ['without an operator', '{ $.a }'],
    ['without a value', '{ $.a = }'],
    ['without its end', '{ $.a = 1'],
    ['with a second end', '{ $.a = 1 }}'],
    ['with an open parenthesis', '{ ($.a = 1 }'],
    ['with a superfluous parenthesis', '{ $.a = 1) }'],
    ['with && and nothing', '{ $.a = 1 && }'],
    ['with || first', '{ || $.a = 1 }'],
    ['with one &', '{ $.a = 1 & $.b = 1 }'],
    ['with AND', '{ $.a = 1 AND $.b = 1 }'],
    ['with ==', '{ $.a == 1 }'],
    ['with =<', '{ $.a =< 1 }'],
    ['with a negation', '{ !($.a = 1) }'],
    ['with EXISTS', '{ $.a EXISTS }'],
    ['with IS NOT', '{ $.a IS NOT NULL }'],
    ['with IS and text', '{ $.a IS "x" }'],
    ['with IS in lower case', '{ $.a is null }'],
    ['with a longer keyword', '{ $.a IS NULLS }'],
    ['with a regular expression', '{ $.a = %x% }'],
    ['with a * in the selector', '{ $.a[*] = 1 }'],
    ['with a * as the selector', '{ $.* = 1 }'],
    ['with a selector without $', '{ a = 1 }'],
    ['with a selector without a name', '{ $ = 1 }'],
    ['with a selector of two dots', '{ $.a..b = 1 }'],
    ['with a list as the event', '{ $[0] = 1 }'],
    ['with an index below zero', '{ $.a[-1] = 1 }'],
    ['with a space in the selector', '{ $.a .b = 1 }'],
    ['with true as text', '{ $.a = true }'],
    ['with a * within the text', '{ $.a = "Ev*ent" }'],
    ['with two * before the text', '{ $.a = "**x" }'],
    ['with nothing between two *', '{ $.a = "**" }'],
    ['with an escape', String.raw`{ $.a = "x\"y" }`],
    ['with an open string', '{ $.a = "x }'],
    ['with text in single quotes', "{ $.a = 'x' }"],
    ['with text to be greater than', '{ $.a > "5" }'],
    ['with an address without quotes', '{ $.a = 10.0.0.1 }'],
    ['with a hyphen without quotes', '{ $.a = x-y }'],
    ['with half a number', '{ $.a > 5. }'],
    ['with a number and letters', '{ $.a = 5x }'],
    ['with no-break spaces', '{\u00a0$.a = 1 }'],
    ['with a no-break space in a keyword', '{ $.a IS\u00a0NULL }'],
  ])('%s: %s', (_, pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow(FilterPatternError);
  });

  test('longer than AWS takes', () => {
    const pattern = (length: number) => `{ $.a = "${'x'.repeat(length - 12)}" }`;
    expect(pattern(1024)).toHaveLength(1024);
    expect(() => parseFilterPattern(pattern(1024))).not.toThrow();
    expect(() => parseFilterPattern(pattern(1025))).toThrow(/longer than 1024/);
  });

  test('with words for a person', () => {
    expect(() => parseFilterPattern('{ $.a = 1 && }')).toThrow(
      'the local stack cannot read the filter pattern "{ $.a = 1 && }": ' +
        'a selector such as $.a.b[0] is missing, at character 12',
    );
  });
});

/** A pattern of conditions on the properties p and q, and what it ought to say of an event. */
interface Sample {
  readonly text: string;
  readonly holds: (event: Readonly<Record<string, unknown>>) => boolean;
}

const condition: fc.Arbitrary<Sample> = fc
  .record({ name: fc.constantFrom('p', 'q'), value: fc.constantFrom('x', 'y') })
  .chain(({ name, value }) =>
    fc.constantFrom<Sample>(
      { text: `$.${name} = "${value}"`, holds: (event) => event[name] === value },
      {
        text: `$.${name}!=${value}`,
        holds: (event) => event[name] !== undefined && event[name] !== value,
      },
      { text: `$.${name} NOT EXISTS`, holds: (event) => event[name] === undefined },
    ),
  );

/** Written without superfluous parentheses, so that && must bind more tightly than ||. */
const { any } = fc.letrec<{ any: Sample; all: Sample; one: Sample }>((tie) => ({
  one: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    condition,
    tie('any').map(({ text, holds }) => ({ text: `(${text})`, holds })),
  ),
  all: fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((parts) => ({
    text: parts.map(({ text }) => text).join(' && '),
    holds: (event) => parts.every(({ holds }) => holds(event)),
  })),
  any: fc.array(tie('all'), { minLength: 1, maxLength: 3 }).map((parts) => ({
    text: parts.map(({ text }) => text).join('||'),
    holds: (event) => parts.some(({ holds }) => holds(event)),
  })),
}));
const fitting = any.filter(({ text }) => text.length < 1000);

test('whatever a pattern consists of, it says of each event what its parts say', () => {
  const value = fc.constantFrom('x', 'y', undefined);
  fc.assert(
    fc.property(fitting, value, value, ({ text, holds }, p, q) => {
      const event = JSON.parse(JSON.stringify({ p, q })) as Record<string, unknown>;
      expect(matches(`{ ${text} }`, event)).toBe(holds(event));
    }),
  );
});

test('whatever comes before or after a pattern, it is refused', () => {
  const more = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => /[^ \t\r\n]/.test(text));
  fc.assert(
    fc.property(fitting, more, ({ text }, garbage) => {
      expect(() => parseFilterPattern(`{ ${text} }${garbage}`)).toThrow(FilterPatternError);
      expect(() => parseFilterPattern(`${garbage}{ ${text} }`)).toThrow(FilterPatternError);
    }),
  );
});

test('a pattern that is cut off anywhere is refused', () => {
  fc.assert(
    fc.property(fitting, fc.nat(), ({ text }, at) => {
      const pattern = `{ ${text} }`;
      const cut = pattern.slice(0, 1 + (at % (pattern.length - 1)));
      expect(() => parseFilterPattern(cut)).toThrow(FilterPatternError);
    }),
  );
});

test('no text is read otherwise than as a pattern or a FilterPatternError', () => {
  const piece = fc.constantFrom(
    ...['{', '}', '(', ')', '$.a', '$.b[0]', ' ', '=', '!=', '<', '"x"', '5', '*', '&&', '||'],
    ...['IS NULL', 'NOT EXISTS', '%', '\\', '"', "$.['a']"],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.json(), (pieces, line) => {
      try {
        expect(typeof parseFilterPattern(pieces.join(''))(line)).toBe('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(FilterPatternError);
      }
    }),
  );
});
