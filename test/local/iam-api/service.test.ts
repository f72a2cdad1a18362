/** What IAM's API tells of the stack's roles, to AWS's own client. */
import { IAM } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { iam } from '../../../local/iam-api/service.ts';
import { outboundIssuer } from '../../../local/sts/outbound-issuer.ts';
import { account, administrator, userWith } from '../../harness/account.ts';
import { clientOptions, openEndpoint, send, signed, type TestEndpoint } from '../aws/harness.ts';
import { arnOf, role } from '../sts/harness.ts';

const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:*' };
const statement = {
  Sid: 'Quoted',
  Effect: 'Allow',
  Action: 's3:Get*',
  Resource: "arn:aws:s3:::(a)!'/*",
};
const tagged = { tags: { ManagedBy: 'tenant-keys' } };
const roles = ['b', 'a', 'c'].map((name) => role(name, [trust], { may: [statement], ...tagged }));

const issuer = outboundIssuer({ ...account, address: () => endpoint.url });
let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await openEndpoint(({ clock }) => [
    iam([{ ...account, clock, roles: new Map(roles.map((one) => [one.arn, one])) }], issuer),
  ]);
});
afterAll(() => endpoint.close());

const clientOf = (user = administrator) =>
  new IAM(clientOptions(endpoint.url, endpoint.credentials.issue(user)));
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    ({ name, message, $metadata }) => [name, $metadata.httpStatusCode, message],
  );
const documentOf = (text: string | undefined) => JSON.parse(decodeURIComponent(text ?? ''));

describe('serialization', () => {
  test('policies are percent-encoded, with nothing left that RFC 3986 reserves', async () => {
    const { PolicyDocument = '' } = await clientOf().getRolePolicy({
      RoleName: 'a',
      PolicyName: 'Policy',
    });
    expect(PolicyDocument).toMatch(/^[\w.~%-]+$/);
    expect(documentOf(PolicyDocument)).toEqual({ Version: '2012-10-17', Statement: [statement] });
  });

  test.each([
    ['us-east-1', 200],
    [account.region, 200],
    ['eu-west-1', 403],
  ])('a request that is signed for %s gets %d', async (region, status) => {
    const body = 'Action=GetRole&Version=2010-05-08&RoleName=a';
    const headers = {
      host: new URL(endpoint.url).host,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const raw = { method: 'POST', path: '/', headers, body };
    const by = endpoint.credentials.issue(administrator);
    const answer = await send(endpoint.url, await signed(raw, by, { service: 'iam', region }));
    expect(answer.status).toBe(status);
    expect(answer.text).toContain('xmlns="https://iam.amazonaws.com/doc/2010-05-08/"');
  });
});

describe('validation', () => {
  test('all that is wrong at once', async () => {
    expect(await errorOf(clientOf().getRolePolicy({ RoleName: 'a b', PolicyName: 'c d' }))).toEqual(
      [
        'ValidationError',
        400,
        expect.stringMatching(/^2 validation errors detected: Value 'a b' at 'roleName' failed/),
      ],
    );
  });

  test.each([{ MaxItems: 0 }, { MaxItems: 1001 }, { Marker: '!' }])('%j', async (input) => {
    const [name] = await errorOf(clientOf().listRoles(input));
    expect(name).toBe('ValidationError');
  });
});

describe('behaviour', () => {
  test('a role with its trust policy and its tags', async () => {
    const { Role } = await clientOf().getRole({ RoleName: 'a' });
    expect(Role).toMatchObject({
      Arn: arnOf('a'),
      RoleName: 'a',
      Path: '/',
      MaxSessionDuration: 43_200,
      CreateDate: expect.any(Date),
      Tags: [{ Key: 'ManagedBy', Value: 'tenant-keys' }],
    });
    const document = { Version: '2012-10-17', Statement: [trust] };
    expect(documentOf(Role?.AssumeRolePolicyDocument)).toEqual(document);
  });

  test('lists, page by page', async () => {
    const client = clientOf();
    const first = await client.listRoles({ MaxItems: 2 });
    expect(first.IsTruncated).toBe(true);
    const second = await client.listRoles({ MaxItems: 2, Marker: first.Marker });
    expect([second.IsTruncated, second.Marker]).toEqual([false, undefined]);
    const names = [first, second].flatMap(({ Roles = [] }) => Roles.map((one) => one.RoleName));
    expect(names).toEqual(['a', 'b', 'c']);
    expect((await client.listRolePolicies({ RoleName: 'a' })).PolicyNames).toEqual(['Policy']);
    const attached = await client.listAttachedRolePolicies({ RoleName: 'a' });
    expect(attached.AttachedPolicies ?? []).toEqual([]);
  });

  test('what is not there', async () => {
    expect(await errorOf(clientOf().getRole({ RoleName: 'x' }))).toEqual([
      'NoSuchEntityException',
      404,
      'The role with name x cannot be found.',
    ]);
    const call = clientOf().getRolePolicy({ RoleName: 'a', PolicyName: 'x' });
    expect(await errorOf(call)).toEqual([
      'NoSuchEntityException',
      404,
      'The role policy with name x cannot be found.',
    ]);
  });

  test('IAM decides who may read, role by role, and by its tags', async () => {
    const auditor = userWith('auditor', {
      Effect: 'Allow',
      Action: ['iam:GetRole', 'iam:ListRolePolicies'],
      Resource: arnOf('a'),
      Condition: { StringEquals: { 'aws:ResourceTag/ManagedBy': 'tenant-keys' } },
    });
    const client = clientOf(auditor);
    expect((await client.getRole({ RoleName: 'a' })).Role?.RoleName).toBe('a');
    for (const call of [
      client.getRole({ RoleName: 'b' }),
      client.getRole({ RoleName: 'x' }),
      client.getRolePolicy({ RoleName: 'a', PolicyName: 'Policy' }),
      client.listAttachedRolePolicies({ RoleName: 'a' }),
      client.listRoles({}),
    ]) {
      expect(await errorOf(call)).toEqual([
        'AccessDenied',
        403,
        expect.stringContaining('user/auditor is not authorized to perform: iam:'),
      ]);
    }
  });
});
