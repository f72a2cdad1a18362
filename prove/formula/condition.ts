/**
 * The conditions of a statement as formulas. Invariant: an operator or a key whose meaning is not modelled here becomes a
 * variable of its own, which a solver may choose as it likes: it can open more than the policy does, never less. An
 * operator that is not in these tables stops the compiler.
 */
import {
  and,
  atLeast,
  equal,
  type Formula,
  implies,
  like,
  no,
  not,
  or,
  type Pattern,
  type Text,
  truth,
  yes,
} from './formula.ts';
import { hasSeveral, type SymbolicRequest } from './request.ts';
import { patternOf, UnknownPolicyElement, valueText, variablesIn } from './value-text.ts';

/** @returns whether a value of the request matches one value of the policy */
type Match = (value: Text, wanted: string, request: SymbolicRequest) => Formula;

const equals: Match = (value, wanted, request) => {
  const { defined, text } = valueText(wanted, request);
  return and(defined, equal(value, text));
};

const isLike: Match = (value, wanted, request) =>
  variablesIn(wanted).length > 0 && !/[*?]/.test(wanted)
    ? equals(value, wanted, request)
    : like(value, patternOf(wanted));

/** Each of the six parts by itself, so that no wildcard spans a colon but in the last. */
const isArnLike: Match = (value, wanted, request) => {
  if (!/[*?]/.test(wanted)) {
    const isOne = /^arn:(?:[^:]*:){4}/.test(wanted);
    return and(isOne ? yes : isArn(value), equals(value, wanted, request));
  }
  const parts = wanted.split(':');
  const head = parts.slice(0, 5).flatMap((part) => [...patternOf(part, true), colon]);
  return and(isArn(value), like(value, [...head, ...patternOf(parts.slice(5).join(':'))]));
};
const colon = { kind: 'text', value: ':' } as const;
const anyPart = { kind: 'run', withoutColon: true } as const;
const arn: Pattern = [
  { kind: 'text', value: 'arn:' },
  ...[1, 2, 3, 4].flatMap(() => [anyPart, colon]),
  { kind: 'run', withoutColon: false },
];
const isArn = (value: Text) => like(value, arn);

/** By name; a negated operator is the opposite of its positive one over all the policy's values. */
const matches: Readonly<Record<string, { readonly match: Match; readonly negated: boolean }>> = {
  StringEquals: { match: equals, negated: false },
  StringNotEquals: { match: equals, negated: true },
  StringLike: { match: isLike, negated: false },
  StringNotLike: { match: isLike, negated: true },
  ArnEquals: { match: isArnLike, negated: false },
  ArnNotEquals: { match: isArnLike, negated: true },
  ArnLike: { match: isArnLike, negated: false },
  ArnNotLike: { match: isArnLike, negated: true },
};

const below = (name: string, limit: number) => not(atLeast(name, limit));
const numbers: Readonly<Record<string, (name: string, limit: number) => Formula>> = {
  NumericEquals: (name, limit) => and(atLeast(name, limit), below(name, limit + 1)),
  NumericNotEquals: (name, limit) => or(below(name, limit), atLeast(name, limit + 1)),
  NumericLessThan: below,
  NumericLessThanEquals: (name, limit) => below(name, limit + 1),
  NumericGreaterThan: (name, limit) => atLeast(name, limit + 1),
  NumericGreaterThanEquals: atLeast,
};

/** Operators that are known and not modelled. */
const free = new Set([
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'IpAddress',
  'NotIpAddress',
]);

/** @param place of the statement, in the names of what is not modelled */
export function conditionOf(block: unknown, request: SymbolicRequest, place: string): Formula {
  if (block === undefined) return yes;
  return and(
    ...Object.entries(block as Record<string, Record<string, unknown>>).flatMap(([name, keys]) =>
      Object.entries(keys).map(([key, values]) =>
        oneCondition({ name, key, wanted: [values].flat().map(String), request, place }),
      ),
    ),
  );
}

interface Condition {
  /** of the operator, whole */
  readonly name: string;
  readonly key: string;
  readonly wanted: readonly string[];
  readonly request: SymbolicRequest;
  readonly place: string;
}

function oneCondition(condition: Condition): Formula {
  const { name, key, wanted, request, place } = condition;
  const present = request.present(key);
  if (name === 'Null') return wanted.includes('true') ? not(present) : present;
  const [, set, base = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (free.has(base)) return truth(`not modelled: ${place} ${name} ${key}`);
  const number = numbers[base];
  if (number !== undefined && set === undefined) {
    const holds = wanted.map((limit) => number(request.number(key), wholeNumber(limit)));
    const all = base === 'NumericNotEquals' ? and(...holds) : or(...holds);
    return base === 'NumericNotEquals' || ifExists ? implies(present, all) : and(present, all);
  }
  if (base === 'Bool' && set === undefined) {
    const holds = or(...wanted.map((one) => isSaid(one, request.isTrue(key))));
    return ifExists ? implies(present, holds) : and(present, holds);
  }
  const operator = matches[base];
  if (operator === undefined) throw new UnknownPolicyElement(`${place}: the operator ${name}`);
  const matching = (value: Text) => or(...wanted.map((one) => operator.match(value, one, request)));
  if (set !== undefined) return ofSeveral(condition, set, operator, matching);
  if (hasSeveral(key))
    throw new UnknownPolicyElement(`${place}: ${name} on several values of ${key}`);
  const matched = matching(request.value(key));
  if (operator.negated) return implies(present, not(matched));
  return ifExists ? implies(present, matched) : and(present, matched);
}

/** A value that nothing is compared with exactly may be like a pattern or not. */
function ofSeveral(
  { name, key, wanted, request, place }: Condition,
  set: string,
  { match, negated }: { readonly match: Match; readonly negated: boolean },
  matching: (value: Text) => Formula,
): Formula {
  if (!hasSeveral(key))
    return onOneValue(set, negated, matching(request.value(key)), request.present(key));
  const { tracked, other } = request.members(key);
  const exact = match === equals || wanted.every((one) => !/[*?]/.test(one));
  const everything = wanted.includes('*') && match === isLike;
  const otherMatches = everything
    ? yes
    : exact
      ? no
      : truth(`not modelled: ${place} ${name} ${key}`);
  const holds = (matched: Formula) => (negated ? not(matched) : matched);
  const values = [
    ...tracked.map(({ value, isMember }) => ({ isMember, holds: holds(matching(value)) })),
    { isMember: other, holds: holds(otherMatches) },
  ];
  return set === 'ForAllValues'
    ? and(...values.map((each) => implies(each.isMember, each.holds)))
    : or(...values.map((each) => and(each.isMember, each.holds)));
}

function onOneValue(set: string, negated: boolean, matched: Formula, present: Formula): Formula {
  const holds = negated ? not(matched) : matched;
  return set === 'ForAllValues' ? implies(present, holds) : and(present, holds);
}

function isSaid(wanted: string, isTrue: Formula): Formula {
  if (!/^(true|false)$/.test(wanted)) throw new UnknownPolicyElement(`the truth value ${wanted}`);
  return wanted === 'true' ? isTrue : not(isTrue);
}

function wholeNumber(value: string): number {
  if (!/^-?\d+$/.test(value)) throw new UnknownPolicyElement(`the number ${value}`);
  return Number(value);
}
