/** What each element of a policy means, and which of them stop the compiler. */
import { describe, expect, test } from '@jest/globals';
import { comparedIn, policyOf } from '../../../prove/formula/policy.ts';
import { symbolicRequest } from '../../../prove/formula/request.ts';
import { UnknownPolicyElement } from '../../../prove/formula/value-text.ts';
import { accountId } from '../../harness/account.ts';
import { decide, key, role } from './decide.ts';

const allow = { Effect: 'Allow', Action: 'kms:*', Resource: '*' } as const;
const deny = { ...allow, Effect: 'Deny' } as const;

describe('Action', () => {
  test.each([
    [{ Action: 'kms:Decrypt' }, 'KMS:decrypt', 'allowed'],
    [{ Action: ['kms:Encrypt', 'KMS:DE*'] }, 'kms:Decrypt', 'allowed'],
    [{ Action: 'kms:Decryp?' }, 'kms:Decrypt', 'allowed'],
    [{ Action: 'kms:Decryp?' }, 'kms:Decryp', 'refused'],
    [{ Action: '*' }, 's3:GetObject', 'allowed'],
    [{ Action: 'kms:*' }, 's3:GetObject', 'refused'],
    [{ Action: undefined, NotAction: ['kms:De*', 'kms:Sign'] }, 'kms:decrypt', 'refused'],
    [{ Action: undefined, NotAction: ['kms:De*', 'kms:Sign'] }, 'kms:Encrypt', 'allowed'],
    [{ Action: undefined }, 'kms:Encrypt', 'refused'],
  ])('%j covers %s: %s', (element, action, answer) => {
    const statement = JSON.parse(JSON.stringify({ ...allow, ...element }));
    expect(decide({ identity: [statement] }, { action })).toBe(answer);
  });
});

describe('Resource', () => {
  test.each([
    [{ Resource: '*' }, 'arn:aws:kms:us-east-1:1:key/a\nb', 'allowed'],
    [{ Resource: ['arn:aws:s3:::x', key] }, key, 'allowed'],
    [{ Resource: key }, `${key}x`, 'refused'],
    [{ Resource: key }, key.toUpperCase(), 'refused'],
    [{ Resource: 'arn:aws:logs:*:*:log-group:a:*' }, 'arn:aws:logs:r:1:log-group:a:b:c', 'allowed'],
    [{ Resource: 'arn:aws:s3:::b?' }, 'arn:aws:s3:::b1', 'allowed'],
    [{ Resource: 'arn:aws:s3:::${aws:PrincipalTag/T}' }, 'arn:aws:s3:::t', 'allowed'],
    [{ Resource: 'arn:aws:s3:::${aws:PrincipalTag/T}' }, 'arn:aws:s3:::tt', 'refused'],
    [{ Resource: 'arn:aws:s3:::${aws:PrincipalTag/none}' }, 'arn:aws:s3:::', 'refused'],
    [{ NotResource: key }, key, 'refused'],
    [{ NotResource: key }, `${key}x`, 'allowed'],
    [{}, key, 'refused'],
  ])('%j covers %s: %s', (element, resource, answer) => {
    const { Resource: _, ...others } = allow;
    const identity = [{ ...others, Action: '*', ...element }];
    expect(decide({ identity }, { resource, tags: { T: 't' } })).toBe(answer);
  });

  test.each([
    ['arn:aws:s3:*-1:1:b', 'arn:aws:s3:a:b-1:1:b'],
    ['arn:aws:s3:::b?c', 'arn:aws:s3:::b:c'],
  ])(
    'whether the wildcard of %s covers a colon is free, in Resource and NotResource',
    (pattern, resource) => {
      const { Resource: _, ...others } = { ...allow, Action: '*' };
      const denied = (element: object) => [
        { ...others, Resource: '*' },
        { ...others, Effect: 'Deny', ...element },
      ];
      for (const element of [{ Resource: pattern }, { NotResource: pattern }]) {
        expect(decide({ identity: [{ ...others, ...element }] }, { resource })).toBe('either');
        expect(decide({ identity: denied(element) }, { resource })).toBe('either');
      }
    },
  );

  test('with a variable: whether a wildcard in its value counts is free', () => {
    const identity = [{ ...allow, Action: '*', Resource: 'arn:aws:s3:::${aws:PrincipalTag/T}' }];
    const asked = (T: string) => ({ resource: 'arn:aws:s3:::ab', tags: { T } });
    expect(decide({ identity }, asked('a*'))).toBe('either');
    expect(decide({ identity }, asked('?b'))).toBe('either');
    expect(decide({ identity }, asked('b'))).toBe('refused');
  });

  test('has as many characters beyond ASCII as a `?` may need: that is free', () => {
    const { Resource: _, ...others } = { ...allow, Action: '*' };
    const asked = { resource: 'arn:aws:s3:::b😀' };
    for (const pattern of ['arn:aws:s3:::b?', 'arn:aws:s3:::b??']) {
      expect(decide({ identity: [{ ...others, Resource: pattern }] }, asked)).toBe('either');
      expect(decide({ identity: [{ ...others, NotResource: pattern }] }, asked)).toBe('either');
    }
    expect(decide({ identity: [{ ...others, Resource: 'arn:aws:s3:::c?' }] }, asked)).toBe(
      'refused',
    );
  });

  test('is missing in a trust policy, where the role is meant, and makes a statement of a key policy inert', () => {
    const named = { Principal: { AWS: role }, Effect: 'Allow', Action: '*' };
    expect(decide({ trust: [named] }, { action: 'sts:AssumeRole' })).toBe('allowed');
    expect(decide({ key: [named] })).toBe('refused');
    const denied = { ...named, Effect: 'Deny' };
    expect(decide({ key: [{ ...named, Resource: '*' }, denied] })).toBe('allowed');
  });
});

describe('Principal', () => {
  const by = (Principal: unknown, more: object = {}) => [{ ...allow, Principal, ...more }];
  const account = { AWS: `arn:aws:iam::${accountId}:root` };
  test.each([
    ['anybody', '*', {}, 'allowed'],
    ['anybody of AWS', { AWS: '*' }, { accountId: '999999999999' }, 'allowed'],
    ['the role', { AWS: ['arn:aws:iam::1:role/x', role] }, {}, 'allowed'],
    ['another role', { AWS: `${role}x` }, {}, 'refused'],
    ['the session', { AWS: `arn:aws:sts::${accountId}:assumed-role/app/1` }, {}, 'allowed'],
    ['another session', { AWS: `arn:aws:sts::${accountId}:assumed-role/app/2` }, {}, 'refused'],
    ['a service', { Service: 'a.amazonaws.com' }, { service: 'a.amazonaws.com' }, 'allowed'],
    ['another service', { Service: 'b.amazonaws.com' }, { service: 'a.amazonaws.com' }, 'refused'],
    ['a service, asked by a role', { Service: 'a.amazonaws.com' }, {}, 'refused'],
  ])('%s', (_, principal, caller, answer) => {
    expect(decide({ key: by(principal) }, { caller })).toBe(answer);
    const denied = [...by('*'), ...by(principal, { Effect: 'Deny' })];
    expect(decide({ key: denied }, { caller })).toBe(answer === 'allowed' ? 'refused' : 'allowed');
  });

  test('the account lets its own policies count in an Allow, and is everybody of it in a Deny', () => {
    for (const principal of [account, { AWS: accountId }]) {
      expect(decide({ key: by(principal) })).toBe('refused');
      expect(decide({ key: by(principal), identity: [allow] })).toBe('allowed');
      expect(decide({ key: [...by('*'), ...by(principal, { Effect: 'Deny' })] })).toBe('refused');
    }
  });

  test('the account is neither a service nor another account', () => {
    for (const caller of [{ service: 'a.amazonaws.com' }, { accountId: '999999999999' }]) {
      expect(decide({ key: by(account), identity: [allow] }, { caller })).toBe('refused');
      const denied = [...by('*'), ...by(account, { Effect: 'Deny' })];
      expect(decide({ key: denied }, { caller })).toBe('allowed');
    }
  });

  test('a Deny of either side wins', () => {
    expect(decide({ key: by('*'), identity: [deny] })).toBe('refused');
    expect(decide({ key: [...by('*'), ...by('*', { Effect: 'Deny' })], identity: [allow] })).toBe(
      'refused',
    );
  });
});

describe('a key that has a value in policies of callers alone', () => {
  const tagged = { context: { 'aws:ResourceTag/T': 'a' } };
  test.each([
    ['Null', { 'aws:ResourceTag/T': 'true' }],
    ['Null', { 'kms:ResourceAliases': 'true' }],
    ['StringNotEquals', { 'aws:ResourceTag/T': 'a' }],
    ['StringEquals', { 'aws:PrincipalTag/T': '${aws:ResourceTag/T}' }],
    ['ArnNotEquals', { 'lambda:SourceFunctionArn': 'arn:aws:lambda:r:1:function:f' }],
  ])('is free in a policy of a key: %s %j', (operator, keys) => {
    const statement = { ...allow, Principal: '*', Condition: { [operator]: keys } };
    expect(decide({ key: [statement] }, tagged)).toBe('either');
    const denied = [
      { ...allow, Principal: '*' },
      { ...statement, Effect: 'Deny' },
    ];
    expect(decide({ key: denied }, tagged)).toBe('either');
  });
});

describe('what is not modelled is free for each statement by itself', () => {
  const recent = (date: string) => ({ Condition: { DateLessThan: { 'aws:CurrentTime': date } } });
  test('also where two statements of a key policy have one Sid', () => {
    const statements = [
      { ...allow, Sid: 'A', Principal: '*', ...recent('2030-01-01') },
      { ...deny, Sid: 'A', Principal: '*', ...recent('2020-01-01') },
    ];
    expect(decide({ key: statements })).toBe('either');
  });

  test('and for each request', () => {
    const [one, two] = ['one', 'two'].map((name) =>
      symbolicRequest(name, new Map()).notModelled('x'),
    );
    expect(one).not.toEqual(two);
  });
});

describe('what stops the compiler', () => {
  const { Resource: _, ...others } = allow;
  test.each([
    ['an unknown element', { ...allow, NotPrincipal: '*' }],
    ['an unknown effect', { ...allow, Effect: 'allow' }],
    ['Action and NotAction', { ...allow, NotAction: 'kms:Sign' }],
    ['Resource and NotResource', { ...allow, NotResource: key }],
    ['a variable in NotResource', { ...others, NotResource: `${key}\${aws:PrincipalTag/T}` }],
    [
      'a wildcard beside a variable',
      { ...allow, Resource: 'arn:aws:s3:::${aws:PrincipalTag/T}/*' },
    ],
    [
      'a variable in front of the resource',
      { ...allow, Resource: 'arn:aws:s3:${aws:PrincipalTag/T}::b' },
    ],
    [
      'a variable that is not known',
      { ...allow, Resource: 'arn:aws:s3:::${aws:FederatedProvider}' },
    ],
    ['a variable in Action', { ...allow, Action: 'kms:${aws:PrincipalTag/T}' }],
    ['a Principal in a policy of a caller', { ...allow, Principal: '*' }],
  ])('%s', (_name, statement) => {
    expect(() => decide({ identity: [statement] })).toThrow(UnknownPolicyElement);
  });

  test.each([
    ['no Principal', {}],
    ['a federated principal', { Principal: { Federated: 'x' } }],
    ['a canonical user', { Principal: { CanonicalUser: 'x' } }],
    ['a principal by its unique id', { Principal: { AWS: 'AROAEXAMPLEEXAMPLE000' } }],
    ['a principal with a wildcard', { Principal: { AWS: `${role}*` } }],
    ['a service with a wildcard', { Principal: { Service: '*' } }],
  ])('%s in a policy of a resource', (_name, principal) => {
    expect(() => decide({ key: [{ ...allow, ...principal }] })).toThrow(UnknownPolicyElement);
  });

  test('a variable in a policy of a version that has none', () => {
    const statement = { ...allow, Resource: 'arn:aws:s3:::${aws:PrincipalTag/T}' };
    expect(() => policyOf('P', { Statement: statement })).toThrow(UnknownPolicyElement);
    expect(() => policyOf('P', { Version: '2008-10-17', Statement: allow })).not.toThrow();
  });
});

test('what several values are compared with: every value that is no pattern for its operator', () => {
  const statement = {
    ...allow,
    Condition: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b*', 'true'] },
      'ForAnyValue:StringLike': { 'AWS:tagkeys': ['c', 'd*'] },
      Null: { 'sts:TransitiveTagKeys': 'false' },
      StringEquals: { 'aws:PrincipalTag/T': 'e' },
    },
  };
  const compared = comparedIn(
    [policyOf('P', { Version: '2012-10-17', Statement: [statement] })],
    symbolicRequest('request', new Map()),
  );
  const values = (id: string) => compared.get(id)?.map((text) => (text as { value: string }).value);
  expect(values('aws:tagkeys')).toEqual(['a', 'b*', 'true', 'c']);
  expect(values('sts:transitivetagkeys')).toEqual([]);
  expect(compared.size).toBe(2);
});
