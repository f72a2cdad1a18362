import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { MalformedPolicyError, UnsupportedPolicyError } from '../../../local/iam/policy-error.ts';
import { accountId } from '../../harness/account.ts';
import { statement, tenantRole, version } from './example.ts';

const document = (members: object) => ({ Version: version, Statement: [statement(members)] });
const inKeyPolicy = (members: object) => document({ Principal: '*', ...members });
const conditioned = (operator: string, name: string, value: unknown) =>
  document({ Condition: { [operator]: { [name]: value } } });

const without = (element: string, members: object) => {
  const rest: Record<string, unknown> = { ...statement(members) };
  delete rest[element];
  return { Version: version, Statement: [rest] };
};

const inTrustPolicy = (members: object) =>
  without('Resource', { Principal: { AWS: tenantRole }, Action: 'sts:AssumeRole', ...members });

const functionArn = `arn:aws:lambda:eu-central-1:${accountId}:function:broker`;

describe('what the evaluator does not know is unsupported', () => {
  test.each<[string, object, RegExp]>([
    ['an element of the policy', { ...document({}), Comment: 'x' }, /Comment is not an element/],
    ['an element of a statement', document({ Sid: 'A', Resources: '*' }), /statement A: Resources/],
    ['an element in another case', document({ action: '*' }), /action is not an element/],
    ['NotPrincipal', document({ NotPrincipal: '*' }), /NotPrincipal is not supported/],
    [
      'an operator',
      conditioned('StringEqual', 'aws:username', 'x'),
      /StringEqual is not a condition/,
    ],
    [
      'an operator in another case',
      conditioned('stringEquals', 'aws:username', 'x'),
      /stringEquals/,
    ],
    ['BinaryEquals', conditioned('BinaryEquals', 'aws:username', 'eA=='), /BinaryEquals/],
    ['a set operator', conditioned('ForNoValues:StringEquals', 'aws:TagKeys', 'x'), /ForNoValues/],
    [
      'IfExists twice',
      conditioned('StringEqualsIfExistsIfExists', 'aws:username', 'x'),
      /IfExistsIf/,
    ],
    ['Null with IfExists', conditioned('NullIfExists', 'aws:username', 'true'), /NullIfExists/],
    [
      'Null with a set operator',
      conditioned('ForAnyValue:Null', 'aws:TagKeys', 'true'),
      /ForAnyValue/,
    ],
    ['constructor as operator', conditioned('constructor', 'aws:username', 'x'), /constructor/],
    [
      'a key',
      conditioned('StringEquals', 'aws:SourceVpce', 'x'),
      /aws:SourceVpce is not a condition key/,
    ],
    ['a key of Object', conditioned('StringEquals', '__proto__x', 'x'), /is not a condition key/],
    [
      'a tag key without name',
      conditioned('StringEquals', 'aws:PrincipalTag/', 'x'),
      /PrincipalTag/,
    ],
    [
      'a key of several values without set operator',
      conditioned('StringEquals', 'aws:TagKeys', 'x'),
      /ForAllValues/,
    ],
    [
      'ForAnyValue with IfExists',
      conditioned('ForAnyValue:StringEqualsIfExists', 'aws:TagKeys', 'x'),
      /does not document/,
    ],
    [
      'a number compared with a string',
      conditioned('NumericEquals', 'aws:username', '1'),
      /type string/,
    ],
    [
      'a date compared with a string',
      conditioned('DateEquals', 'aws:username', '2026'),
      /type string/,
    ],
    ['an ARN that is too short', document({ Resource: 'arn:aws:kms:*' }), /six parts/],
    [
      'an ARN condition that is too short',
      conditioned('ArnLike', 'aws:PrincipalArn', '*'),
      /six parts/,
    ],
    ['a federated principal', document({ Principal: { Federated: 'x.example' } }), /Federated/],
    ['a canonical user', document({ Principal: { CanonicalUser: 'x' } }), /CanonicalUser/],
    [
      'aws:ResourceTag in a key policy',
      inKeyPolicy({ Condition: { StringEquals: { 'aws:resourceTag/x': 'y' } } }),
      /no value in a key policy/,
    ],
    [
      'aws:ResourceTag as a variable of a key policy',
      inKeyPolicy({ Condition: { StringEquals: { 'aws:username': '${aws:ResourceTag/x}' } } }),
      /no value in a key policy/,
    ],
    [
      'kms:ResourceAliases in a key policy',
      inKeyPolicy({
        Condition: { 'ForAnyValue:StringEquals': { 'kms:resourceAliases': 'alias/x' } },
      }),
      /no value in a key policy/,
    ],
    [
      'lambda:SourceFunctionArn in a key policy',
      inKeyPolicy({ Condition: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } } }),
      /no value in a key policy/,
    ],
    [
      'lambda:SourceFunctionArn in a trust policy',
      inTrustPolicy({ Condition: { ArnEquals: { 'lambda:sourceFunctionARN': functionArn } } }),
      /no value in a trust policy/,
    ],
    [
      'Null of lambda:SourceFunctionArn in a trust policy',
      inTrustPolicy({ Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } } }),
      /no value in a trust policy/,
    ],
    [
      'lambda:SourceFunctionArn as a variable of a trust policy',
      inTrustPolicy({
        Condition: { StringEquals: { 'sts:RoleSessionName': '${lambda:SourceFunctionArn}' } },
      }),
      /no value in a trust policy/,
    ],
    [
      'Null of kms:ResourceAliases in a key policy',
      inKeyPolicy({ Condition: { Null: { 'kms:ResourceAliases': 'false' } } }),
      /no value in a key policy/,
    ],
  ])('%s', (_, policy, problem) => {
    const parse = () => parsePolicy(policy, 'Role/Policy');
    expect(parse).toThrow(UnsupportedPolicyError);
    expect(parse).toThrow(problem);
    expect(parse).toThrow(/^Role\/Policy/);
  });
});

describe('what AWS refuses is malformed', () => {
  test.each<[string, unknown, RegExp]>([
    ['text that is not JSON', '{', /not JSON/],
    ['nothing', undefined, /must be an object/],
    ['a list', [], /must be an object/],
    ['a version', { ...document({}), Version: '2012-10-18' }, /no version/],
    ['an Id that is a number', { ...document({}), Id: 1 }, /Id/],
    ['no statement', { Version: version }, /at least one statement/],
    ['an empty list of statements', { Version: version, Statement: [] }, /at least one statement/],
    ['a statement that is text', { Version: version, Statement: ['x'] }, /must be an object/],
    ['a Sid that is a number', document({ Sid: 1 }), /Sid/],
    ['a Sid with a space', document({ Sid: 'a b' }), /letters and digits/],
    [
      'a Sid twice',
      { Version: version, Statement: [statement({ Sid: 'A' }), statement({ Sid: 'A' })] },
      /two statements/,
    ],
    ['no Effect', without('Effect', {}), /Effect/],
    ['an Effect in another case', document({ Effect: 'allow' }), /Allow or Deny/],
    ['no Action', without('Action', {}), /Action is missing/],
    ['no Resource', without('Resource', {}), /Resource is missing/],
    [
      'Action beside NotAction',
      document({ NotAction: 'kms:Decrypt' }),
      /both Action and NotAction/,
    ],
    [
      'Resource beside NotResource',
      document({ NotResource: '*' }),
      /both Resource and NotResource/,
    ],
    ['an empty list of actions', document({ Action: [] }), /empty/],
    ['an action that is an object', document({ Action: { Ref: 'X' } }), /not a string/],
    ['an action without a service', document({ Action: 'Decrypt' }), /neither \* nor an action/],
    ['an action of any service', document({ Action: '*:Decrypt' }), /neither \* nor an action/],
    ['a resource that is no ARN', document({ Resource: 'key/*' }), /neither \* nor an ARN/],
    ['a resource that is an object', document({ Resource: { 'Fn::GetAtt': 'x' } }), /not a string/],
    ['an empty Condition', document({ Condition: {} }), /at least one member/],
    ['an operator without a key', document({ Condition: { StringEquals: {} } }), /at least one/],
    [
      'a key twice in different cases',
      document({ Condition: { StringEquals: { 'aws:username': 'a', 'AWS:UserName': 'b' } } }),
      /differ only in case/,
    ],
    ['a Condition that is a list', document({ Condition: [] }), /at least one member/],
    ['a condition without values', conditioned('StringEquals', 'aws:username', []), /empty/],
    ['a condition on null', conditioned('StringEquals', 'aws:username', null), /not a string/],
    ['a number that is none', conditioned('NumericEquals', 'kms:RotationPeriodInDays', 'x'), /"x"/],
    ['a date that is none', conditioned('DateEquals', 'aws:CurrentTime', '24.11.2026'), /24\.11/],
    ['a boolean that is none', conditioned('Bool', 'aws:SecureTransport', 'yes'), /"yes"/],
    ['an address that is none', conditioned('IpAddress', 'aws:SourceIp', '10.0.0.0/33'), /10\.0/],
    ['an address of too few parts', conditioned('IpAddress', 'aws:SourceIp', '10.0'), /10\.0/],
    ['Null of two values', conditioned('Null', 'aws:username', ['true', 'false']), /one value/],
    ['Null of another value', conditioned('Null', 'aws:username', 'yes'), /one value/],
    ['a principal that is text', document({ Principal: 'x' }), /must be "\*" or an object/],
    ['an empty principal', document({ Principal: {} }), /must be "\*" or an object/],
    [
      'a principal with a wildcard',
      document({ Principal: { AWS: `${tenantRole}*` } }),
      /no wildcard/,
    ],
    ['a principal id', document({ Principal: { AWS: 'AROAEXAMPLE' } }), /AROAEXAMPLE/],
    ['an account id too short', document({ Principal: { AWS: '1' } }), /"1"/],
    ['a service that is none', document({ Principal: { Service: '*' } }), /not a service/],
    [
      'a trust policy with a Resource',
      document({ Principal: { AWS: accountId }, Action: 'sts:AssumeRole' }),
      /no Resource/,
    ],
    [
      'ForAllValues on an encryption context in a key policy',
      inKeyPolicy({
        Condition: { 'ForAllValues:StringEquals': { 'kms:EncryptionContext:x': 'y' } },
      }),
      /KMS refuses ForAllValues/,
    ],
  ])('%s', (_, policy, problem) => {
    const parse = () => parsePolicy(policy, 'Role/Policy');
    expect(parse).toThrow(MalformedPolicyError);
    expect(parse).toThrow(problem);
  });

  test('a Principal in a policy that must be an identity policy', () => {
    expect(() => parsePolicy(inKeyPolicy({}), 'P', 'identity')).toThrow(/has no Principal/);
  });

  test('no Principal in a policy that must be a resource policy', () => {
    expect(() => parsePolicy(document({}), 'P', 'resource')).toThrow(/needs a Principal/);
  });

  test('a resource policy in which one statement has no Principal', () => {
    const mixed = { Version: version, Statement: [statement({ Principal: '*' }), statement({})] };
    expect(() => parsePolicy(mixed, 'P')).toThrow(/needs a Principal/);
  });
});

describe('what is sound parses', () => {
  test.each<[string, object, string]>([
    ['one statement outside a list', { Version: version, Statement: statement({}) }, 'identity'],
    ['a key policy', inKeyPolicy({ Sid: 'Enable IAM User Permissions' }), 'resource'],
    [
      'a statement of a key policy without Action',
      without('Action', { Principal: '*' }),
      'resource',
    ],
    [
      'a statement of a key policy without Resource',
      without('Resource', { Principal: '*' }),
      'resource',
    ],
    [
      'a trust policy',
      without('Resource', {
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
      'resource',
    ],
    [
      'aws:ResourceTag in a trust policy',
      without('Resource', {
        Principal: { AWS: tenantRole },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: { 'aws:ResourceTag/x': 'y' },
          'ForAllValues:StringEquals': { 'aws:RequestTag/x': 'y' },
        },
      }),
      'resource',
    ],
    [
      'an ARN condition on an encryption context',
      conditioned(
        'ArnLike',
        'kms:EncryptionContext:aws:logs:arn',
        `arn:aws:logs:eu:${accountId}:*`,
      ),
      'identity',
    ],
    [
      'kms:ResourceAliases in an IAM policy',
      conditioned('ForAnyValue:StringEquals', 'kms:ResourceAliases', 'alias/x'),
      'identity',
    ],
    [
      'lambda:SourceFunctionArn in an IAM policy',
      conditioned('ArnEquals', 'lambda:SourceFunctionArn', functionArn),
      'identity',
    ],
    [
      'a string condition on a boolean',
      conditioned('StringEquals', 'aws:SecureTransport', 'true'),
      'identity',
    ],
  ])('%s', (_, policy, kind) => {
    expect(parsePolicy(policy, 'P').kind).toBe(kind);
    expect(parsePolicy(JSON.stringify(policy), 'P').kind).toBe(kind);
  });

  test('the source is the document, and nobody can change it or the policy any more', () => {
    const given = inKeyPolicy({ Sid: 'A' });
    const policy = parsePolicy(given, 'P');
    expect(policy.source).toEqual(given);
    given.Statement.length = 0;
    expect(policy.source.Statement).toHaveLength(1);
    expect(() => Object.assign(policy.source, { Version: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(policy.statements[0] ?? {}, { effect: 'Allow' })).toThrow(TypeError);
  });
});

describe('a member that stands twice in JSON text', () => {
  const text = (body: string) =>
    `{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"${body}}]}`;

  test.each([
    ['an Effect', text(', "Effect": "Allow"')],
    ['an Effect in another spelling', text(', "\\u0045ffect": "Allow"')],
    [
      'an operator',
      text(
        ', "Condition": {"Bool": {"aws:SecureTransport": "true"}, "Bool" : {"aws:ViaAWSService": "true"}}',
      ),
    ],
  ])('%s is refused', (_, twice) => {
    expect(() => parsePolicy(twice, 'P')).toThrow(/stands twice/);
  });

  test('the same name in two objects, and a name as a value, are sound', () => {
    const sound = text(
      ', "Sid": "Sid", "Condition": {"StringEquals": {"aws:username": ["Effect", "a\\"Sid\\": {"]}, "StringLike": {"aws:username": "Effect"}}',
    );
    expect(parsePolicy(sound, 'P').statements[0]?.conditions).toHaveLength(2);
  });
});

test('any JSON parses or is refused by name, and nothing else happens', () => {
  const leaf = fc.constantFrom<unknown>(null, true, 0, 'x', '${', '*', 'kms:*', [], ['*'], {}, [
    {},
  ]);
  const condition = fc.dictionary(
    fc.constantFrom('StringLike', 'Null', 'ForAnyValue:ArnLike', 'Bool', '__proto__'),
    fc.dictionary(fc.constantFrom('aws:username', 'aws:TagKeys', 'x'), leaf, { maxKeys: 2 }),
    { maxKeys: 2 },
  );
  const element = fc.constantFrom(
    ...['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'Principal', 'Condition'],
  );
  const value = fc.oneof(fc.constantFrom<unknown>('Allow', 'arn:aws:kms:*:*:*'), leaf, condition);
  const one = fc.oneof(
    leaf,
    fc.dictionary(element, value, { maxKeys: 3 }),
    value.map((Condition) => statement({ Condition })),
    fc.tuple(element, value).map(([name, changed]) => statement({ [name]: changed })),
  );
  const policies = fc.oneof(
    leaf,
    fc.record({ Version: fc.constant(version), Statement: fc.array(one, { maxLength: 3 }) }),
  );
  let parsed = 0;
  fc.assert(
    fc.property(policies, (policy) => {
      try {
        parsePolicy(policy, 'P');
        parsed += 1;
      } catch (error) {
        const known =
          error instanceof MalformedPolicyError || error instanceof UnsupportedPolicyError;
        if (!known) throw error;
      }
    }),
    { numRuns: 3000 },
  );
  expect(parsed).toBeGreaterThan(0);
});
