import { describe, expect, test } from '@jest/globals';
import { type ReferenceScope, resolve } from '../../../local/template/intrinsics.ts';

const scope: ReferenceScope = {
  ref: (name) => `ref-${name}`,
  attribute: (logicalId, attribute) => `${logicalId}-${attribute}`,
};

describe('intrinsics', () => {
  test.each([
    ['Ref', { Ref: 'Table' }, 'ref-Table'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'Role-Arn'],
    ['Fn::Join over references', { 'Fn::Join': [':', ['a', { Ref: 'B' }]] }, 'a:ref-B'],
    ['Fn::Sub', { 'Fn::Sub': 'x-${A}-${B.Arn}' }, 'x-ref-A-B-Arn'],
    ['Fn::Sub with a literal', { 'Fn::Sub': '${!aws:PrincipalTag/T}' }, '${aws:PrincipalTag/T}'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b'] }] }, 'b'],
    [
      'a policy variable is no intrinsic',
      '${aws:PrincipalTag/TenantId}',
      '${aws:PrincipalTag/TenantId}',
    ],
    ['deep inside', { a: [{ b: { Ref: 'C' } }] }, { a: [{ b: 'ref-C' }] }],
  ])('%s', (_, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test.each([
    ['a function that the stack does not know', { 'Fn::ImportValue': 'x' }, /Fn::ImportValue/],
    ['members beside an intrinsic', { Ref: 'A', Other: 1 }, /members beside/],
    ['a Ref that is no string', { Ref: ['A'] }, /expected a string/],
  ])('%s is refused', (_, value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});
