/** The two readings of a formula agree: as SMT-LIB text for a solver, and as a value under an assignment. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  and,
  atLeast,
  equal,
  type Formula,
  joined,
  like,
  literal,
  not,
  or,
  type Pattern,
  type Text,
  text,
  truth,
} from '../../../prove/formula/formula.ts';
import { scriptOf, stringOf } from '../../../prove/formula/smt-lib.ts';
import { truthOf } from '../../../prove/formula/value.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';

let solver: Solver;
beforeAll(async () => {
  solver = await z3();
});
afterAll(() => solver.close());

/** Few letters, so that texts are often equal and often alike; each of them has a meaning somewhere. */
const letters = [
  'a',
  'b',
  ':',
  '*',
  '?',
  '"',
  "'",
  '\\',
  '\\u{41}',
  '|',
  '\n',
  'é',
  '名',
  '😀',
  '$',
];
const value = fc.array(fc.constantFrom(...letters), { maxLength: 4 }).map((all) => all.join(''));

/** One has a name that needs its quotes, and a letter that is not ASCII. */
const names = ['x', 'request aws:principaltag/tenantid', "ü has 'a'"];
const textTerm: fc.Arbitrary<Text> = fc.oneof(
  value.map(literal),
  fc.constantFrom(...names).map(text),
  fc
    .array(fc.oneof(value.map(literal), fc.constantFrom(...names).map(text)), {
      minLength: 2,
      maxLength: 3,
    })
    .map(joined),
);
const pattern: fc.Arbitrary<Pattern> = fc.array(
  fc.oneof(
    value.map((one) => ({ kind: 'text' as const, value: one })),
    fc.record({
      kind: fc.constantFrom('run' as const, 'one' as const),
      withoutColon: fc.boolean(),
    }),
    fc.constant({ kind: 'nonAscii' as const }),
  ),
  { maxLength: 4 },
);

const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.tuple(textTerm, textTerm).map(([left, right]) => equal(left, right)),
    fc.tuple(textTerm, pattern).map(([of, wanted]) => like(of, wanted)),
    fc.constantFrom(truth('is it'), truth('p q')),
    fc.integer({ min: -3, max: 3 }).map((limit) => atLeast('n', limit)),
    tie('formula').map(not),
    fc.array(tie('formula'), { maxLength: 3 }).map((of) => and(...of)),
    fc.array(tie('formula'), { maxLength: 3 }).map((of) => or(...of)),
  ),
}));
const assignment = fc.record({
  texts: fc.tuple(value, value, value),
  truths: fc.tuple(fc.boolean(), fc.boolean()),
  number: fc.integer({ min: -3, max: 3 }),
});

test('for 400 random formulas under random assignments', async () => {
  let held = 0;
  const property = fc.asyncProperty(
    formula,
    assignment,
    async (random, { texts, truths, number }) => {
      const values = new Map<string, string | boolean | number>([
        ...names.map((name, at) => [name, texts[at] as string] as const),
        ['is it', truths[0]],
        ['p q', truths[1]],
        ['n', number],
      ]);
      const expected = truthOf(random, values);
      if (expected) held += 1;
      const given = [
        ...names.map((name, at) => equal(text(name), literal(texts[at] as string))),
        truths[0] ? truth('is it') : not(truth('is it')),
        truths[1] ? truth('p q') : not(truth('p q')),
        atLeast('n', number),
        not(atLeast('n', number + 1)),
      ];
      const { verdict } = await solver.check(scriptOf([random, ...given]));
      expect(verdict).toBe(expected ? 'sat' : 'unsat');
    },
  );
  await fc.assert(property, { numRuns: 400, seed: 20261125 });
  expect(held).toBeGreaterThan(80);
  expect(held).toBeLessThan(320);
}, 60_000);

describe('a text', () => {
  test('of printable ASCII stands as it is, a quote doubled, a backslash and the rest escaped', () => {
    expect(stringOf('a b~')).toBe('"a b~"');
    expect(stringOf('""')).toBe('""""""');
    expect(stringOf('\\u{41}')).toBe('"\\u{5c}u{41}"');
    expect(stringOf('é😀\n')).toBe('"\\u{e9}\\u{1f600}\\u{a}"');
  });

  test('with a character that SMT-LIB has not is refused: solvers would take its escape for plain text', () => {
    expect(() => stringOf('\u{2ffff}')).not.toThrow();
    expect(() => stringOf('\u{30000}')).toThrow('no character of SMT-LIB');
  });
});

test('a name with a bar or a backslash is refused', () => {
  for (const name of ['a|b', 'a\\b']) {
    expect(() => scriptOf([truth(name)])).toThrow('cannot be a symbol');
  }
});
