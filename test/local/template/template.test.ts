import { describe, expect, test } from '@jest/globals';
import { readFunctions } from '../../../local/lambda/template.ts';
import { readRoles } from '../../../local/sts/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { account } from '../small-template.ts';

const read = (resources: object) => readTemplate({ Resources: resources }, account);

const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};
const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } };

test('a name may be made of what CloudFormation itself knows', () => {
  const name = { 'Fn::Join': ['-', ['One', { Ref: 'AWS::Region' }, 'trail']] };
  const trail = { Type: 'AWS::CloudTrail::Trail', Properties: { TrailName: name } };
  const { ref, attributes } = read({ Trail: trail }).identity('Trail');
  expect(ref).toBe(`One-${account.region}-trail`);
  expect(attributes.Arn).toMatch(new RegExp(`:trail/${ref}$`));
});

describe('what the stack does not understand stops the start', () => {
  test('a resource type', () => {
    expect(() => read({ Stream: { Type: 'AWS::Kinesis::Stream' } })).toThrow(
      /Stream: the local stack does not know the type AWS::Kinesis::Stream/,
    );
  });

  test('a section of the template', () => {
    expect(() => readTemplate({ Conditions: {}, Resources: {} }, account)).toThrow(/Conditions/);
  });

  test('a reference to nothing', () => {
    const table = { Type: 'AWS::DynamoDB::Table', Properties: { Tags: { Ref: 'Gone' } } };
    expect(() => read({ Table: table })).toThrow(/nothing in the template is Gone/);
  });

  test('a name that is made of the name of another resource', () => {
    const table = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { Ref: 'Role' } } };
    expect(() => read({ Table: table, Role: role })).toThrow(/Table: TableName is made of Role/);
  });

  test.each([
    ['managed policies on a role', 'ManagedPolicyArns'],
    ['a permissions boundary that is no ARN', 'PermissionsBoundary'],
  ])('%s', (_, property) => {
    const withProperty = { ...role, Properties: { ...role.Properties, [property]: ['x'] } };
    expect(() => readRoles(read({ Role: withProperty }))).toThrow(new RegExp(property));
  });

  test('a condition operator in a policy', () => {
    const statement = { ...trust.Statement[0], Condition: { StringAlmost: { 'aws:userid': 'x' } } };
    const odd = {
      ...role,
      Properties: { AssumeRolePolicyDocument: { ...trust, Statement: [statement] } },
    };
    expect(() => readRoles(read({ Role: odd }))).toThrow(/StringAlmost/);
  });

  test('another runtime', () => {
    const python = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'python3.14',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { S3Bucket: 'b', S3Key: 'k' },
        Timeout: 3,
        MemorySize: 128,
      },
    };
    expect(() => readFunctions(read({ Role: role, Python: python }), (key) => key)).toThrow(
      /nodejs24\.x/,
    );
  });
});

describe('roles', () => {
  test('a policy counts for the roles that it names and for no other', () => {
    const policy = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'Own',
        Roles: [{ Ref: 'A' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'kms:ListKeys', Resource: '*' }],
        },
      },
    };
    const roles = readRoles(read({ A: role, B: role, Policy: policy }));
    const count = (name: string) =>
      roles.get(`arn:aws:iam::111122223333:role/TenantKeys-${name}`)?.identityPolicies.length;
    expect([count('A'), count('B')]).toEqual([1, 0]);
  });

  test('names and ids are the same at every start, since persisted keys name the roles', () => {
    const first = [...readRoles(read({ A: role })).values()];
    const second = [...readRoles(read({ A: role })).values()];
    expect(second.map((r) => [r.arn, r.roleId])).toEqual(first.map((r) => [r.arn, r.roleId]));
  });
});
