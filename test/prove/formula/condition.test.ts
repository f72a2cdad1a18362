/**
 * What each operator means, and in which direction it is abstracted: what is not modelled can allow, in an Allow and in
 * a Deny alike, so that what a solver finds impossible is impossible.
 */
import { describe, expect, test } from '@jest/globals';
import { UnknownPolicyElement } from '../../../prove/formula/value-text.ts';
import { answersOf, fails, holds, isFree } from './decide.ts';

const tag = 'aws:PrincipalTag/T';
const tagged = (T: string) => ({ tags: { T } });
const arn = (value: string) => ({ context: { 'aws:SourceArn': value } });
const days = (value: string) => ({
  context: { 'kms:ScheduleKeyDeletionPendingWindowInDays': value },
});
const window = 'kms:ScheduleKeyDeletionPendingWindowInDays';
const absent = {};

describe('an operator on one value', () => {
  test.each([
    ['StringEquals', { [tag]: 'a' }, tagged('a'), holds],
    ['StringEquals', { [tag]: ['b', 'a'] }, tagged('a'), holds],
    ['StringEquals', { [tag]: 'a' }, tagged('A'), fails],
    ['StringEquals', { [tag]: 'a' }, absent, fails],
    ['StringEquals', { [tag]: '' }, tagged(''), holds],
    ['StringEquals', { [tag]: 'a*' }, tagged('ab'), fails],
    ['StringEquals', { [tag]: 'a*' }, tagged('a*'), holds],
    ['StringEquals', { [tag]: '${aws:PrincipalTag/U}' }, { tags: { T: 'a', U: 'a' } }, holds],
    ['StringEquals', { [tag]: '${aws:PrincipalTag/U}' }, tagged(''), fails],
    ['StringEquals', { [tag]: '${$}{x}' }, tagged('${x}'), holds],
    ['StringEquals', { 'AWS:principaltag/t': 'a' }, tagged('a'), holds],
    ['StringEqualsIfExists', { [tag]: 'a' }, absent, holds],
    ['StringEqualsIfExists', { [tag]: 'a' }, tagged('b'), fails],
    ['StringNotEquals', { [tag]: 'a' }, absent, holds],
    ['StringNotEquals', { [tag]: ['a', 'b'] }, tagged('b'), fails],
    ['StringNotEquals', { [tag]: ['a', 'b'] }, tagged('c'), holds],
    ['StringNotEquals', { [tag]: '${aws:PrincipalTag/U}' }, tagged('a'), holds],
    ['StringLike', { [tag]: 'a*' }, tagged('a:\nb'), holds],
    ['StringLike', { [tag]: 'a?' }, tagged('ab'), holds],
    ['StringLike', { [tag]: 'a?' }, tagged('a'), fails],
    ['StringLike', { [tag]: '*' }, tagged(''), holds],
    ['StringLike', { [tag]: '*' }, absent, fails],
    ['StringLike', { [tag]: 'a${*}' }, tagged('ab'), fails],
    ['StringNotLike', { [tag]: 'a*' }, tagged('ab'), fails],
    ['StringNotLike', { [tag]: 'a*' }, absent, holds],
    ['ArnEquals', { 'aws:SourceArn': 'arn:aws:s3:::b*' }, arn('arn:aws:s3:::b/c:d'), holds],
    ['ArnLike', { 'aws:SourceArn': 'arn:aws:s3:*:*:b' }, arn('arn:aws:s3:::b'), holds],
    ['ArnLike', { 'aws:SourceArn': 'arn:aws:s3:*:b' + ':c' }, arn('arn:aws:s3:::b:c'), fails],
    ['ArnLike', { 'aws:SourceArn': 'arn:aws:s3:*::c' }, arn('arn:aws:s3:x:y::c'), fails],
    ['ArnNotEquals', { 'aws:SourceArn': 'arn:aws:s3:::b' }, arn('arn:aws:s3:::b'), fails],
    ['ArnNotLike', { 'aws:SourceArn': 'arn:aws:s3:::b' }, absent, holds],
    [
      'ArnLike',
      { 'aws:SourceArn': '${aws:PrincipalTag/U}' },
      { ...arn('a'), tags: { U: 'a' } },
      fails,
    ],
    ['NumericLessThan', { [window]: '30' }, days('29'), holds],
    ['NumericLessThan', { [window]: 30 }, days('30'), fails],
    ['NumericLessThan', { [window]: '30' }, absent, fails],
    ['NumericLessThanIfExists', { [window]: '30' }, absent, holds],
    ['NumericLessThanEquals', { [window]: '30' }, days('30'), holds],
    ['NumericGreaterThan', { [window]: '30' }, days('30'), fails],
    ['NumericGreaterThanEquals', { [window]: '30' }, days('30'), holds],
    ['NumericEquals', { [window]: ['7', '30'] }, days('30'), holds],
    ['NumericEquals', { [window]: '-1' }, days('-1'), holds],
    ['NumericNotEquals', { [window]: ['7', '30'] }, days('30'), fails],
    ['NumericNotEquals', { [window]: '7' }, absent, holds],
    ['Bool', { 'kms:MultiRegion': 'false' }, { context: { 'kms:MultiRegion': 'FALSE' } }, holds],
    ['Bool', { 'kms:MultiRegion': true }, { context: { 'kms:MultiRegion': 'false' } }, fails],
    ['Bool', { 'kms:MultiRegion': 'false' }, absent, fails],
    ['BoolIfExists', { 'kms:MultiRegion': 'false' }, absent, holds],
    ['Null', { [tag]: 'true' }, absent, holds],
    ['Null', { [tag]: 'true' }, tagged(''), fails],
    ['Null', { [tag]: false }, tagged(''), holds],
    ['ForAllValues:StringEquals', { [tag]: 'a' }, absent, holds],
    ['ForAnyValue:StringEquals', { [tag]: 'a' }, absent, fails],
    ['ForAnyValue:StringNotEquals', { [tag]: 'a' }, tagged('b'), holds],
  ] as const)('%s %j, asked with %j', (operator, keys, asked, expected) => {
    expect(answersOf({ [operator]: keys }, asked)).toEqual(expected);
  });
});

describe('an operator on a set of values', () => {
  const keys = (...values: string[]) => ({ context: { 'aws:TagKeys': values }, tags: { T: 'a' } });
  test.each([
    ['ForAllValues:StringEquals', ['a', 'b'], keys('b'), holds],
    ['ForAllValues:StringEquals', ['a', 'b'], keys('b', 'c'), fails],
    ['ForAllValues:StringEquals', 'a', keys('a', 'A'), fails],
    ['ForAllValues:StringEquals', 'a', keys(), holds],
    ['ForAllValues:StringEquals', 'a', keys(''), holds],
    ['ForAllValues:StringEquals', 'a', keys('', 'a'), fails],
    ['ForAllValues:StringEquals', '${aws:PrincipalTag/T}', keys('a'), holds],
    ['ForAllValues:StringEquals', '${aws:PrincipalTag/T}', keys('a', 'b'), fails],
    ['ForAllValues:StringEquals', '${aws:PrincipalTag/none}', keys('a'), fails],
    ['ForAllValues:StringEquals', 'true', keys('true'), holds],
    ['ForAllValues:StringEquals', 'a*', keys('a*'), holds],
    ['ForAllValues:StringEquals', 'a*', keys('ab'), fails],
    ['ForAllValues:StringNotEquals', 'a', keys('b', 'a'), fails],
    ['ForAnyValue:StringEquals', 'a', keys('b', 'a'), holds],
    ['ForAnyValue:StringEquals', 'a', keys('b'), fails],
    ['ForAnyValue:StringEquals', 'a', keys(), fails],
    ['ForAnyValue:StringNotEquals', 'a', keys('b', 'a'), holds],
    ['ForAnyValue:StringNotEquals', 'a', keys('a'), fails],
    ['ForAnyValue:StringLike', '*', keys('a'), holds],
    ['ForAnyValue:StringLike', '*', keys(), fails],
    ['ForAllValues:StringLike', ['a*', 'b'], keys('b'), holds],
    ['ForAllValues:StringLike', ['a*', 'b'], keys('ab'), isFree],
    ['ForAllValues:StringLike', 'a*', keys('c'), isFree],
    ['ForAllValues:StringNotLike', 'a*', keys('c'), isFree],
    ['ForAnyValue:StringLike', 'a*', keys('ab'), isFree],
    ['ForAnyValue:StringNotLike', 'a*', keys('c'), isFree],
  ] as const)('%s %j, asked with %j', (operator, wanted, asked, expected) => {
    const condition = { [operator]: { 'aws:TagKeys': wanted } };
    expect(answersOf(condition, asked)).toEqual(expected);
  });

  test('counts for Null as one where a value is not empty', () => {
    const condition = { Null: { 'aws:TagKeys': 'false' } };
    expect(answersOf(condition, keys('', 'a'))).toEqual(holds);
    expect(answersOf(condition, keys(''))).toEqual(fails);
  });
});

describe('what is known and not modelled is free', () => {
  test.each([
    ['an operator without regard to case', 'StringEqualsIgnoreCase', tag, 'a'],
    ['its opposite', 'StringNotEqualsIgnoreCase', tag, 'a'],
    ['a date', 'DateLessThan', 'aws:CurrentTime', '2026-01-01T00:00:00Z'],
    ['an address', 'IpAddress', 'aws:SourceIp', '10.0.0.0/8'],
    ['its opposite', 'NotIpAddressIfExists', 'aws:SourceIp', '10.0.0.0/8'],
    ['a key of which nothing is known', 'StringEquals', 'aws:PrincipalOrgPaths', 'a'],
    ['a set of such a key', 'ForAnyValue:StringEquals', 'aws:PrincipalOrgPaths', 'a'],
    ['a text as a number', 'NumericLessThan', tag, '7'],
    ['a text as a truth value', 'Bool', tag, 'true'],
    ['a set of numbers', 'ForAllValues:NumericEquals', window, '7'],
    ['a variable of which nothing is known', 'StringEquals', tag, '${aws:FederatedProvider}'],
  ])('%s', (_, operator, key, wanted) => {
    const asked = { ...tagged('b'), context: { [key]: 'b', [window]: '30' } };
    expect(answersOf({ [operator]: { [key]: wanted } }, asked)).toEqual(isFree);
  });
});

test('whether a wildcard in the value of a variable counts is free, where the operator knows wildcards', () => {
  const asked = { tags: { T: 'ab', U: 'a*' } };
  const like = (operator: string) =>
    answersOf({ [operator]: { [tag]: '${aws:PrincipalTag/U}' } }, asked);
  expect(like('StringLike')).toEqual(isFree);
  expect(like('StringNotLike')).toEqual(isFree);
  expect(like('ForAnyValue:StringLike')).toEqual(isFree);
  expect(like('StringEquals')).toEqual(fails);
  const arns = { context: { 'aws:SourceArn': 'arn:aws:s3:::ab' }, tags: { U: 'arn:aws:s3:::a*' } };
  const ofArn = { ArnLike: { 'aws:SourceArn': '${aws:PrincipalTag/U}' } };
  expect(answersOf(ofArn, arns)).toEqual(isFree);
});

describe('how many characters there are beyond ASCII is free, and nothing else about them', () => {
  const bucket = (name: string) => ({ context: { 'aws:SourceArn': `arn:aws:s3:::${name}` } });
  test.each([
    ['StringLike', tag, 'a?', tagged('a😀'), isFree],
    ['StringLike', tag, 'a??', tagged('a😀'), isFree],
    ['StringLike', tag, 'a?', tagged('aé'), isFree],
    ['StringLike', tag, 'a?', tagged('ae\u0301'), isFree],
    ['StringLike', tag, 'a?', tagged('b😀'), fails],
    ['StringLike', tag, '😀?', tagged('😀'), isFree],
    ['StringLike', tag, '?*?', tagged('😀'), isFree],
    ['StringLike', tag, '?*', tagged('😀'), holds],
    ['StringLike', tag, '*?', tagged(''), fails],
    ['StringLike', tag, '*😀', tagged('a😀'), holds],
    ['StringNotLike', tag, 'a?', tagged('a😀'), isFree],
    ['ArnLike', 'aws:SourceArn', 'arn:aws:s3:::a?', bucket('a😀'), isFree],
    ['ArnLike', 'aws:SourceArn', 'arn:aws:s3:?::a', bucket('a😀'), fails],
  ] as const)('%s %s %s, asked with %j', (operator, key, wanted, asked, expected) => {
    expect(answersOf({ [operator]: { [key]: wanted } }, asked)).toEqual(expected);
  });
});

test.each([
  ['an unknown operator', { StringMatches: { [tag]: 'a' } }],
  ['an operator with an unknown set', { 'ForSomeValues:StringEquals': { [tag]: 'a' } }],
  ['ForAnyValue with IfExists', { 'ForAnyValue:StringEqualsIfExists': { [tag]: 'a' } }],
  ['several values without a set operator', { StringEquals: { 'aws:TagKeys': 'a' } }],
  ['Null with both', { Null: { [tag]: ['true', 'false'] } }],
  ['Bool with a word', { Bool: { 'kms:MultiRegion': 'yes' } }],
  ['no values', { StringEquals: { [tag]: [] } }],
  ['a value that is an object', { StringEquals: { [tag]: { a: 'b' } } }],
  ['a number that is none', { NumericEquals: { [window]: '1e3' } }],
  ['a number too large', { NumericEquals: { [window]: '9007199254740993' } }],
  ['keys that differ only in case', { StringEquals: { [tag]: 'a', [tag.toUpperCase()]: 'b' } }],
  ['a variable with a default', { StringEquals: { [tag]: "${aws:PrincipalTag/U, 'x'}" } }],
  ['a variable cut off', { StringEquals: { [tag]: '${aws:PrincipalTag/U' } }],
  ['a variable of several values', { StringEquals: { [tag]: '${aws:TagKeys}' } }],
  ['a wildcard beside a variable', { StringLike: { [tag]: '${aws:PrincipalTag/U}*' } }],
  ['an ARN of fewer parts', { ArnLike: { 'aws:SourceArn': '*' } }],
  [
    'a variable in front of the resource of an ARN',
    { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:${aws:PrincipalTag/U}::b' } },
  ],
])('%s stops the compiler', (_, condition) => {
  expect(() => answersOf(condition, {})).toThrow(UnknownPolicyElement);
});
