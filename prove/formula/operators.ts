/** The condition operators, each as the comparison of one value of the request with one of the policy. */
import {
  and,
  atLeast,
  equal,
  type Formula,
  like,
  not,
  or,
  type Pattern,
  type Text,
} from './formula.ts';
import type { SymbolicRequest } from './request.ts';
import {
  likePattern,
  likeValue,
  patternOf,
  refuseVariableInHead,
  UnknownPolicyElement,
  valueText,
  variablesIn,
} from './value-text.ts';

/** @returns whether a value of the request matches one value of the policy */
type Match = (value: Text, wanted: string, request: SymbolicRequest) => Formula;

const equals: Match = (value, wanted, request) => {
  const { defined, text } = valueText(wanted, request);
  return and(defined, equal(value, text));
};

const isLike: Match = (value, wanted, request) =>
  variablesIn(wanted).length > 0 && !/[*?]/.test(wanted)
    ? likeValue(value, wanted, request)
    : likePattern(value, patternOf(wanted), request);

/** Each of the six parts by itself, so that no wildcard spans a colon but in the last. */
const isArnLike: Match = (value, wanted, request) => {
  const isVariable = /^\$\{[^}]*\}$/.test(wanted);
  const parts = wanted.split(':');
  if (!isVariable && (parts[0] !== 'arn' || parts.length < 6)) {
    throw new UnknownPolicyElement(`an ARN of six parts in ${wanted}`);
  }
  if (!isVariable) refuseVariableInHead(wanted);
  if (!/[*?]/.test(wanted)) return and(isArn(value), isLike(value, wanted, request));
  const head = parts.slice(0, 5).flatMap((part) => [...patternOf(part, true), colon]);
  const pattern = [...head, ...patternOf(parts.slice(5).join(':'))];
  return likePattern(value, pattern, request);
};
const colon = { kind: 'text', value: ':' } as const;
const anyPart = { kind: 'run', withoutColon: true } as const;
const arn: Pattern = [
  { kind: 'text', value: 'arn:' },
  ...[1, 2, 3, 4].flatMap(() => [anyPart, colon]),
  { kind: 'run', withoutColon: false },
];
const isArn = (value: Text) => like(value, arn);

export interface Operator {
  readonly match: Match;
  /** the opposite of its positive one over all the policy's values */
  readonly negated: boolean;
}

const is = (match: Match): Operator => ({ match, negated: false });
const isNot = (match: Match): Operator => ({ match, negated: true });

/** Of texts, by name. */
export const texts: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', is(equals)],
  ['StringNotEquals', isNot(equals)],
  ['StringLike', is(isLike)],
  ['StringNotLike', isNot(isLike)],
  ['ArnEquals', is(isArnLike)],
  ['ArnNotEquals', isNot(isArnLike)],
  ['ArnLike', is(isArnLike)],
  ['ArnNotLike', isNot(isArnLike)],
]);

const below = (name: string, limit: number) => not(atLeast(name, limit));

/** Of whole numbers, by name. */
export const numbers: ReadonlyMap<string, (name: string, limit: number) => Formula> = new Map([
  ['NumericEquals', (name, limit) => and(atLeast(name, limit), below(name, limit + 1))],
  ['NumericNotEquals', (name, limit) => or(below(name, limit), atLeast(name, limit + 1))],
  ['NumericLessThan', below],
  ['NumericLessThanEquals', (name, limit) => below(name, limit + 1)],
  ['NumericGreaterThan', (name, limit) => atLeast(name, limit + 1)],
  ['NumericGreaterThanEquals', atLeast],
]);

/** Operators that are known and not modelled. */
export const free: ReadonlySet<string> = new Set([
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
