/**
 * The condition operators, each as the comparison of one value of the request with one of the policy.
 * A negated operator is the opposite of its positive one over all the policy's values; IfExists and the
 * set operators are in condition.ts.
 */
import { BlockList, isIP } from 'node:net';
import { arnTest, patternTest, type Test } from './arn.ts';
import type { KeyType } from './condition-keys.ts';
import { MalformedPolicyError, type Place } from './policy-error.ts';
import { patternOf, textOf, type VariableText } from './variables.ts';

export interface Operator {
  readonly negated: boolean;
  /** after `must` or `must not`, in front of the value */
  readonly wording: string;
  /** the types of keys that it can compare; the value of any key is a string to the string operators */
  readonly types: readonly KeyType[];
  /** @throws MalformedPolicyError for a value that it cannot compare with */
  readonly test: (value: VariableText, place: Place) => Test;
}

type Kind = Omit<Operator, 'negated' | 'wording'>;

const text = (compare: (value: string, expected: string) => boolean): Kind => ({
  types: ['string', 'arn', 'number', 'bool', 'date', 'ip'],
  test: (wanted) => {
    const expected = textOf(wanted);
    return (value, context) => {
      const expanded = expected(context);
      return expanded !== undefined && compare(value, expanded);
    };
  },
});

const equal = text((value, expected) => value === expected);
const equalIgnoringCase = text((value, expected) => value.toLowerCase() === expected.toLowerCase());
const like: Kind = { ...equal, test: (wanted) => patternTest(patternOf(wanted)) };
const arn: Kind = { types: ['arn', 'string'], test: arnTest };

/** Compares two values that are read from text; a value of the request that cannot be read matches nothing. */
function ordered(
  types: readonly KeyType[],
  read: (text: string) => number | undefined,
  example: string,
): (compare: (value: number, expected: number) => boolean) => Kind {
  return (compare) => ({
    types,
    test: ({ source }, place) => {
      const expected = read(source);
      if (expected === undefined) {
        throw new MalformedPolicyError(place, `"${source}" is not a value such as ${example}`);
      }
      return (value) => {
        const given = read(value);
        return given !== undefined && compare(given, expected);
      };
    },
  });
}

function readNumber(value: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** @returns milliseconds since 1970, from seconds since then or a W3C form of ISO 8601 */
function readDate(value: string): number | undefined {
  if (/^\d{5,}$/.test(value)) return Number(value) * 1000;
  const form = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;
  const time = form.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function readBool(value: string): number | undefined {
  const lower = value.toLowerCase();
  return lower === 'true' ? 1 : lower === 'false' ? 0 : undefined;
}

const numeric = ordered(['number', 'date'], readNumber, '10');
const date = ordered(['date'], readDate, '2026-01-31T12:00:00Z');
const bool = ordered(['bool'], readBool, 'true');

const ipAddress: Kind = {
  types: ['ip'],
  test: ({ source }, place) => {
    const range = ipRange(source, place);
    return (value) => {
      const version = isIP(value);
      return version !== 0 && range.check(value, version === 4 ? 'ipv4' : 'ipv6');
    };
  },
};

function ipRange(source: string, place: Place): BlockList {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(source) ?? [];
  const bits = isIP(address) === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (isIP(address) === 0 || length > bits) {
    throw new MalformedPolicyError(
      place,
      `"${source}" is not an address or a range such as 10.0.0.0/8`,
    );
  }
  const range = new BlockList();
  range.addSubnet(address, length, bits === 32 ? 'ipv4' : 'ipv6');
  return range;
}

const is = (wording: string, kind: Kind): Operator => ({ ...kind, negated: false, wording });
const isNot = (wording: string, kind: Kind): Operator => ({ ...kind, negated: true, wording });

const equals = (a: number, b: number) => a === b;
const less = (a: number, b: number) => a < b;
const atMost = (a: number, b: number) => a <= b;
const greater = (a: number, b: number) => a > b;
const atLeast = (a: number, b: number) => a >= b;

/** By name, without set operator and IfExists. BinaryEquals is not among them: no known key is binary. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', is('be', equal)],
  ['StringNotEquals', isNot('be', equal)],
  ['StringEqualsIgnoreCase', is('be, in any case,', equalIgnoringCase)],
  ['StringNotEqualsIgnoreCase', isNot('be, in any case,', equalIgnoringCase)],
  ['StringLike', is('be like', like)],
  ['StringNotLike', isNot('be like', like)],
  ['ArnEquals', is('be like', arn)],
  ['ArnNotEquals', isNot('be like', arn)],
  ['ArnLike', is('be like', arn)],
  ['ArnNotLike', isNot('be like', arn)],
  ['NumericEquals', is('be', numeric(equals))],
  ['NumericNotEquals', isNot('be', numeric(equals))],
  ['NumericLessThan', is('be less than', numeric(less))],
  ['NumericLessThanEquals', is('be at most', numeric(atMost))],
  ['NumericGreaterThan', is('be greater than', numeric(greater))],
  ['NumericGreaterThanEquals', is('be at least', numeric(atLeast))],
  ['DateEquals', is('be', date(equals))],
  ['DateNotEquals', isNot('be', date(equals))],
  ['DateLessThan', is('be before', date(less))],
  ['DateLessThanEquals', is('be at or before', date(atMost))],
  ['DateGreaterThan', is('be after', date(greater))],
  ['DateGreaterThanEquals', is('be at or after', date(atLeast))],
  ['Bool', is('be', bool(equals))],
  ['IpAddress', is('be in', ipAddress)],
  ['NotIpAddress', isNot('be in', ipAddress)],
]);
