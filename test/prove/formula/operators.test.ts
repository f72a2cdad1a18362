/**
 * Every operator on every kind of key, alone, with IfExists and over sets: whether it is decided as AWS documents it,
 * left free in both directions, or stops the compiler. The tables are written out here, and held against the operators
 * that there are: one that is added without its row fails.
 */
import { describe, expect, test } from '@jest/globals';
import type { KeyKind } from '../../../prove/formula/keys.ts';
import { free, numbers, texts } from '../../../prove/formula/operators.ts';
import { UnknownPolicyElement } from '../../../prove/formula/value-text.ts';
import { type Asked, answersOf, fails, holds, isFree } from './decide.ts';

/** Each operator with a value of the policy, one of the request that it holds of, and one that it does not. */
const examples: Readonly<
  Record<
    'texts' | 'numbers' | 'truths' | 'free',
    Readonly<Record<string, [string, string, string]>>
  >
> = {
  texts: {
    StringEquals: ['arn:aws:s3:::b', 'arn:aws:s3:::b', 'arn:aws:s3:::B'],
    StringNotEquals: ['arn:aws:s3:::b', 'arn:aws:s3:::B', 'arn:aws:s3:::b'],
    StringLike: ['arn:aws:s3:::b', 'arn:aws:s3:::b', 'arn:aws:s3:::bc'],
    StringNotLike: ['arn:aws:s3:::b', 'arn:aws:s3:::bc', 'arn:aws:s3:::b'],
    ArnEquals: ['arn:aws:s3:::b', 'arn:aws:s3:::b', 'arn:aws:s3:::bc'],
    ArnNotEquals: ['arn:aws:s3:::b', 'arn:aws:s3:::bc', 'arn:aws:s3:::b'],
    ArnLike: ['arn:aws:s3:::b', 'arn:aws:s3:::b', 'arn:aws:s3:::bc'],
    ArnNotLike: ['arn:aws:s3:::b', 'arn:aws:s3:::bc', 'arn:aws:s3:::b'],
  },
  numbers: {
    NumericEquals: ['30', '30', '29'],
    NumericNotEquals: ['30', '29', '30'],
    NumericLessThan: ['30', '29', '30'],
    NumericLessThanEquals: ['30', '30', '31'],
    NumericGreaterThan: ['30', '31', '30'],
    NumericGreaterThanEquals: ['30', '30', '29'],
  },
  truths: { Bool: ['true', 'true', 'false'] },
  free: {
    StringEqualsIgnoreCase: ['a', 'A', 'b'],
    StringNotEqualsIgnoreCase: ['a', 'b', 'A'],
    DateEquals: ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    DateNotEquals: ['2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    DateLessThan: ['2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    DateLessThanEquals: ['2026-01-01T00:00:00Z', '2025-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    DateGreaterThan: ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    DateGreaterThanEquals: ['2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    IpAddress: ['10.0.0.0/8', '10.0.0.1', '11.0.0.1'],
    NotIpAddress: ['10.0.0.0/8', '11.0.0.1', '10.0.0.1'],
  },
};
type Class = keyof typeof examples;
const rows = Object.entries(examples).flatMap(([of, all]) =>
  Object.entries(all).map(([operator, values]) => ({ of: of as Class, operator, values })),
);

const keys: Readonly<Record<KeyKind | 'unknown', string>> = {
  text: 'aws:SourceArn',
  several: 'aws:TagKeys',
  truth: 'kms:MultiRegion',
  number: 'kms:ScheduleKeyDeletionPendingWindowInDays',
  unknown: 'aws:PrincipalOrgPaths',
};
type Kind = keyof typeof keys;
const kinds = Object.keys(keys) as Kind[];

/** On one value: `decided` where operator and key are of one sort. */
const alone: Readonly<Record<Class, Readonly<Record<Kind, 'decided' | 'free' | 'stops'>>>> = {
  texts: {
    text: 'decided',
    several: 'stops',
    truth: 'decided',
    number: 'decided',
    unknown: 'free',
  },
  numbers: { text: 'free', several: 'stops', truth: 'free', number: 'decided', unknown: 'free' },
  truths: { text: 'free', several: 'stops', truth: 'decided', number: 'free', unknown: 'free' },
  free: { text: 'free', several: 'stops', truth: 'free', number: 'free', unknown: 'free' },
};
/** On a set of values, also of a key that has one alone. */
const onSets: typeof alone = {
  texts: {
    text: 'decided',
    several: 'decided',
    truth: 'decided',
    number: 'decided',
    unknown: 'free',
  },
  numbers: { text: 'free', several: 'free', truth: 'free', number: 'free', unknown: 'free' },
  truths: { text: 'free', several: 'free', truth: 'free', number: 'free', unknown: 'free' },
  free: { text: 'free', several: 'free', truth: 'free', number: 'free', unknown: 'free' },
};

/** What AWS gives a key of that kind, where the example is of another. */
const valueFor = (kind: Kind, value: string) =>
  kind === 'truth' && !/^(true|false)$/.test(value)
    ? 'true'
    : kind === 'number' && !/^\d+$/.test(value)
      ? '7'
      : value;
const asked = (kind: Kind, ...values: string[]): Asked => {
  const given = values.map((value) => valueFor(kind, value));
  const context = { [keys[kind]]: kind === 'several' ? given : (given[0] as string) };
  return values.length === 0 ? {} : { context };
};
const isNegated = (operator: string) => operator.includes('Not');

test('has a row for every operator that there is, in its class, and for no other', () => {
  const names = (of: Class) => Object.keys(examples[of]).sort();
  expect(names('texts')).toEqual([...texts.keys()].sort());
  expect(names('numbers')).toEqual([...numbers.keys()].sort());
  expect(names('free')).toEqual([...free].sort());
});

const cells = rows.flatMap((row) => kinds.map((kind) => ({ ...row, kind })));

describe('alone and with IfExists', () => {
  test.each(cells)('$operator on a key of the kind $kind', ({ of, operator, values, kind }) => {
    const [wanted, matching, other] = values;
    const outcome = alone[of][kind];
    for (const name of [operator, `${operator}IfExists`]) {
      const answers = (...given: string[]) =>
        answersOf({ [name]: { [keys[kind]]: wanted } }, asked(kind, ...given));
      if (outcome === 'stops') expect(() => answers()).toThrow(UnknownPolicyElement);
      if (outcome === 'free') {
        for (const given of [[], [matching], [other]]) expect(answers(...given)).toEqual(isFree);
      }
      if (outcome !== 'decided') continue;
      // An ARN equals no number and no truth value.
      const isOfKind = valueFor(kind, matching) === matching;
      const mismatch = isNegated(operator) ? holds : fails;
      expect(answers(matching)).toEqual(isOfKind ? holds : mismatch);
      expect(answers(other)).toEqual(isOfKind ? fails : mismatch);
      expect(answers()).toEqual(name !== operator || isNegated(operator) ? holds : fails);
    }
  });
});

describe('over sets', () => {
  test.each(cells)('$operator on a key of the kind $kind', ({ of, operator, values, kind }) => {
    const [wanted, matching, other] = values;
    const outcome = onSets[of][kind];
    const answers = (set: string, ...given: string[]) =>
      answersOf({ [`${set}:${operator}`]: { [keys[kind]]: wanted } }, asked(kind, ...given));
    expect(() =>
      answersOf({ [`ForAnyValue:${operator}IfExists`]: { [keys[kind]]: wanted } }, {}),
    ).toThrow(UnknownPolicyElement);
    for (const set of ['ForAllValues', 'ForAnyValue']) {
      if (outcome === 'free') {
        for (const given of [[], [matching]]) expect(answers(set, ...given)).toEqual(isFree);
        continue;
      }
      const isOfKind = valueFor(kind, matching) === matching;
      const mismatch = isNegated(operator) ? holds : fails;
      expect(answers(set, matching)).toEqual(isOfKind ? holds : mismatch);
      expect(answers(set, other)).toEqual(isOfKind ? fails : mismatch);
      expect(answers(set)).toEqual(set === 'ForAllValues' ? holds : fails);
      if (kind !== 'several') continue;
      expect(answers(set, matching, other)).toEqual(set === 'ForAllValues' ? fails : holds);
    }
  });
});

describe('Null', () => {
  test.each(kinds)(
    'is decided on a key of the kind %s, and has neither sets nor IfExists',
    (kind) => {
      const answers = (name: string, wanted: string, ...given: string[]) =>
        answersOf({ [name]: { [keys[kind]]: wanted } }, asked(kind, ...given));
      expect(answers('Null', 'true', '7')).toEqual(fails);
      expect(answers('Null', 'false', '7')).toEqual(holds);
      expect(answers('Null', 'true')).toEqual(holds);
      expect(answers('Null', 'false')).toEqual(fails);
      for (const name of ['NullIfExists', 'ForAllValues:Null', 'ForAnyValue:Null']) {
        expect(() => answers(name, 'true')).toThrow(UnknownPolicyElement);
      }
    },
  );
});
