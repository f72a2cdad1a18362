import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holds } from './example.ts';

/** An operator with a key of its type, a value of the policy, and what of a request is such and what is not. */
const operators = [
  ['StringEquals', 'sts:RoleSessionName', 'acme', 'acme', 'ACME'],
  ['StringEqualsIgnoreCase', 'sts:RoleSessionName', 'acme', 'ACME', 'acme2'],
  ['StringLike', 'sts:RoleSessionName', 'ac?e*', 'acme2', 'ace'],
  [
    'ArnEquals',
    'aws:SourceArn',
    'arn:aws:sns:*:1:t*',
    'arn:aws:sns:eu:1:to',
    'arn:aws:sns:eu:2:to',
  ],
  ['ArnLike', 'aws:SourceArn', 'arn:aws:sns:*:1:t*', 'arn:aws:sns:eu:1:t', 'arn:aws:sns:a:b:1:to'],
  ['NumericEquals', 'kms:RotationPeriodInDays', 90, '90', '91'],
  ['NumericLessThan', 'kms:RotationPeriodInDays', '90', '89', '90'],
  ['NumericLessThanEquals', 'kms:RotationPeriodInDays', 90, '90', '91'],
  ['NumericGreaterThan', 'kms:RotationPeriodInDays', '90', '100', '90'],
  ['NumericGreaterThanEquals', 'kms:RotationPeriodInDays', '90.5', '90.5', '9'],
  ['DateEquals', 'aws:CurrentTime', '2026-11-24', '2026-11-24T01:00:00+01:00', '2026-11-24T01:00Z'],
  ['DateLessThan', 'aws:CurrentTime', '2026-11-24T00:00:00Z', '2026-11-23T23:59:59Z', '2026-11-24'],
  ['DateLessThanEquals', 'aws:CurrentTime', '2026-11-24', '2026-11-24T00:00:00Z', '2026-11-25'],
  ['DateGreaterThan', 'aws:EpochTime', '2026-11-24T00:00:00Z', '1795478401', '1795478400'],
  ['DateGreaterThanEquals', 'aws:EpochTime', '1795478400', '1795478400', '1795478399'],
  ['Bool', 'aws:SecureTransport', true, 'true', 'false'],
  ['IpAddress', 'aws:SourceIp', '10.0.0.0/8', '10.255.0.1', '11.0.0.1'],
] as const;

const negations: Readonly<Record<string, string>> = {
  StringEquals: 'StringNotEquals',
  StringEqualsIgnoreCase: 'StringNotEqualsIgnoreCase',
  StringLike: 'StringNotLike',
  ArnEquals: 'ArnNotEquals',
  ArnLike: 'ArnNotLike',
  NumericEquals: 'NumericNotEquals',
  DateEquals: 'DateNotEquals',
  IpAddress: 'NotIpAddress',
};
const negated = operators.flatMap(([name, ...rest]) => {
  const negation = negations[name];
  return negation === undefined ? [] : [[negation, ...rest] as const];
});

describe.each(operators)('%s on %s', (name, key, wanted, match, mismatch) => {
  test.each([
    // name, request: matches, does not, has no such key
    [name, true, false, false],
    [`${name}IfExists`, true, false, true],
    [`ForAllValues:${name}`, true, false, true],
    [`ForAllValues:${name}IfExists`, true, false, true],
    [`ForAnyValue:${name}`, true, false, false],
  ])('%s: match %p, mismatch %p, absent %p', (operator, onMatch, onMismatch, onAbsent) => {
    const condition = { [operator]: { [key]: wanted } };
    expect(holds(condition, { [key]: match })).toBe(onMatch);
    expect(holds(condition, { [key]: mismatch })).toBe(onMismatch);
    expect(holds(condition, {})).toBe(onAbsent);
    expect(holds(condition, { [key]: undefined })).toBe(onAbsent);
    expect(holds(condition, { [key]: [] })).toBe(onAbsent);
  });

  test('of several values of the policy one is enough', () => {
    const values = { [name]: { [key]: [wanted, wanted] } };
    expect(holds(values, { [key]: match })).toBe(true);
    expect(holds(values, { [key]: mismatch })).toBe(false);
  });
});

describe.each(negated)('%s on %s', (name, key, wanted, match, mismatch) => {
  test.each([
    [name, false, true, true],
    [`${name}IfExists`, false, true, true],
    [`ForAllValues:${name}`, false, true, true],
    [`ForAnyValue:${name}`, false, true, false],
  ])('%s: match %p, mismatch %p, absent %p', (operator, onMatch, onMismatch, onAbsent) => {
    const condition = { [operator]: { [key]: wanted } };
    expect(holds(condition, { [key]: match })).toBe(onMatch);
    expect(holds(condition, { [key]: mismatch })).toBe(onMismatch);
    expect(holds(condition, {})).toBe(onAbsent);
  });
});

describe('several values', () => {
  const several = (operator: string, values: readonly string[], wanted: readonly string[]) =>
    holds({ [operator]: { 'aws:TagKeys': wanted } }, { 'aws:TagKeys': values });

  test.each([
    ['ForAllValues:StringEquals', ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'x'], false],
    ['ForAllValues:StringEquals', ['x', 'y'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'x'], true],
    ['ForAnyValue:StringEquals', ['x', 'y'], false],
    ['ForAllValues:StringNotEquals', ['a', 'b'], false],
    ['ForAllValues:StringNotEquals', ['a', 'x'], false],
    ['ForAllValues:StringNotEquals', ['x', 'y'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'x'], true],
    ['ForAnyValue:StringNotEquals', ['x', 'y'], true],
    ['ForAllValues:StringLike', ['a', 'b'], true],
    ['ForAnyValue:StringNotLike', ['a', 'x'], true],
  ])('%s ["a", "b"] of a request with %j: %p', (operator, values, expected) => {
    expect(several(operator, values, ['a', 'b'])).toBe(expected);
  });

  test('an empty set, and a set of empty strings, is as good as none', () => {
    for (const values of [[], [''], ['', '']]) {
      expect(several('ForAllValues:StringEquals', values, ['a'])).toBe(true);
      expect(several('ForAnyValue:StringEquals', values, ['', 'a'])).toBe(false);
      expect(holds({ Null: { 'aws:TagKeys': false } }, { 'aws:TagKeys': values })).toBe(false);
    }
  });

  test('an empty string beside others is compared', () => {
    expect(several('ForAllValues:StringEquals', ['a', ''], ['a'])).toBe(false);
  });

  test('a negated operator over several values of the policy means none of them', () => {
    const condition = { StringNotEquals: { 'sts:RoleSessionName': ['a', 'b'] } };
    expect(holds(condition, { 'sts:RoleSessionName': 'a' })).toBe(false);
    expect(holds(condition, { 'sts:RoleSessionName': 'b' })).toBe(false);
    expect(holds(condition, { 'sts:RoleSessionName': 'c' })).toBe(true);
  });
});

describe('Null', () => {
  test.each([
    [true, undefined, true],
    ['true', 'x', false],
    [false, 'x', true],
    ['false', undefined, false],
    // An empty tag is a tag.
    [true, '', false],
  ])('%p on %j: %p', (wanted, value, expected) => {
    expect(holds({ Null: { 'aws:RequestTag/x': wanted } }, { 'aws:RequestTag/x': value })).toBe(
      expected,
    );
  });
});

describe('a condition block', () => {
  const condition = {
    StringEquals: { 'sts:RoleSessionName': 'a', 'sts:ExternalId': 'b' },
    Bool: { 'aws:SecureTransport': 'true' },
  };
  const all = { 'sts:RoleSessionName': 'a', 'sts:ExternalId': 'b', 'aws:SecureTransport': 'true' };

  test('holds when each of its conditions holds', () => {
    expect(holds(condition, all)).toBe(true);
  });

  test.each(Object.keys(all))('does not hold when %s alone fails', (name) => {
    expect(holds(condition, { ...all, [name]: 'other' })).toBe(false);
  });
});

describe('key names', () => {
  test.each([
    ['AWS:requesttag/TENANTID', 'aws:RequestTag/TenantId'],
    ['kms:EncryptionContext:TenantId', 'kms:encryptioncontext:tenantid'],
    ['kms:EncryptionContext:aws:logs:arn', 'kms:EncryptionContext:AWS:Logs:Arn'],
  ])('%s finds %s', (inPolicy, inRequest) => {
    expect(holds({ StringEquals: { [inPolicy]: 'v' } }, { [inRequest]: 'v' })).toBe(true);
  });

  test('a tag of the caller is found without regard to case', () => {
    expect(
      holds({ StringEquals: { 'aws:PrincipalTag/tenantid': 'v' } }, {}, { TenantId: 'v' }),
    ).toBe(true);
  });

  test('a letter that Unicode folds to another does not pass for it', () => {
    const kelvin = 'kms:EncryptionContext:\u212aey';
    expect(holds({ StringEquals: { 'kms:EncryptionContext:Key': 'v' } }, { [kelvin]: 'v' })).toBe(
      false,
    );
  });

  test.each([
    'StringEquals',
    'StringNotEquals',
    'ForAnyValue:StringEquals',
    'StringEqualsIfExists',
  ])(
    '%s is refused where a request gives one key two values in different spellings',
    (operator) => {
      const context = { 'kms:EncryptionContext:T': 'acme', 'kms:EncryptionContext:t': 'globex' };
      expect(holds({ [operator]: { 'kms:EncryptionContext:T': 'acme' } }, context)).toBe(false);
      expect(holds({ [operator]: { 'kms:EncryptionContext:T': 'other' } }, context)).toBe(false);
    },
  );

  test('two spellings of one value are one value', () => {
    const context = { 'kms:EncryptionContext:T': 'acme', 'kms:EncryptionContext:t': 'acme' };
    expect(holds({ StringEquals: { 'kms:EncryptionContext:T': 'acme' } }, context)).toBe(true);
  });
});

describe('values that cannot be read', () => {
  test.each([
    ['NumericEquals', 'kms:RotationPeriodInDays', '0', ['', ' ', 'zero', '0x0', '1e1', 'NaN']],
    ['NumericLessThan', 'kms:RotationPeriodInDays', '90', ['', '-', 'Infinity', '-Infinity']],
    ['DateLessThan', 'aws:CurrentTime', '2026-01-01', ['', 'yesterday', '2025-01-01 00:00', '1']],
    ['Bool', 'aws:SecureTransport', 'false', ['', '0', 'no']],
    ['IpAddress', 'aws:SourceIp', '0.0.0.0/0', ['', '10.0.0', '10.0.0.1/8', '::1', '010.1.1.1']],
    ['ArnLike', 'aws:SourceArn', 'arn:*:*:*:*:*', ['', 'arn:aws:iam::1', 'x:aws:iam::1:role/r']],
  ])('%s on %s matches none of the unreadable', (operator, key, wanted, values) => {
    for (const value of values) {
      expect([value, holds({ [operator]: { [key]: wanted } }, { [key]: value })]).toEqual([
        value,
        false,
      ]);
    }
  });

  test('an IPv4 range covers the address mapped into IPv6', () => {
    const condition = { IpAddress: { 'aws:SourceIp': ['127.0.0.1', '2001:db8::/32'] } };
    expect(holds(condition, { 'aws:SourceIp': '::ffff:127.0.0.1' })).toBe(true);
    expect(holds(condition, { 'aws:SourceIp': '2001:db8::7' })).toBe(true);
    expect(holds(condition, { 'aws:SourceIp': '2001:db9::7' })).toBe(false);
  });
});

describe('for every operator', () => {
  const every = fc.constantFrom(...operators, ...negated);
  const value = (row: (typeof operators)[number] | (typeof negated)[number]) =>
    fc.option(fc.constantFrom(row[3], row[4], '', 'x'), { nil: undefined });
  const row = every.chain((found) => fc.tuple(fc.constant(found), value(found)));

  test('IfExists differs from the plain operator on an absent key only', () => {
    fc.assert(
      fc.property(row, ([[name, key, wanted], given]) => {
        const plain = holds({ [name]: { [key]: wanted } }, { [key]: given });
        const ifExists = holds({ [`${name}IfExists`]: { [key]: wanted } }, { [key]: given });
        expect(ifExists).toBe(given === undefined ? true : plain);
      }),
    );
  });

  test('a negated operator is the opposite of its positive one', () => {
    const positive = fc.constantFrom(...operators.filter(([name]) => name in negations));
    const any = positive.chain((found) => fc.tuple(fc.constant(found), value(found)));
    fc.assert(
      fc.property(any, ([[name, key, wanted], given]) => {
        const not = { [negations[name] ?? '']: { [key]: wanted } };
        expect(holds(not, { [key]: given })).toBe(
          !holds({ [name]: { [key]: wanted } }, { [key]: given }),
        );
      }),
    );
  });
});
