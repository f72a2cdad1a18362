/** GetWebIdentityToken to AWS's own client, and what a receiver finds in the token. */
import {
  GetWebIdentityTokenCommand,
  type GetWebIdentityTokenCommandInput,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import type { Role } from '../../../local/sts/role.ts';
import { sessionOf } from '../../../local/sts/session.ts';
import { accountId, administrator, region, userWith } from '../../harness/account.ts';
import { send, signed } from '../aws/harness.ts';
import { arnOf, openSts, role, type TestSts, trusting } from './harness.ts';

const vault = 'https://vault.example:8200';
const limits = {
  'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': [vault] },
  Null: { 'sts:IdentityTokenAudience': 'false' },
  StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
  NumericLessThanEquals: { 'sts:DurationSeconds': '300' },
};
const may = (
  Condition?: object,
  Action: string | readonly string[] = 'sts:GetWebIdentityToken',
) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...(Condition && { Condition }),
});
const open = [{ Effect: 'Allow', Principal: trusting('data-plane'), Action: ['sts:*'] }];
const ofTenant = { ...limits, StringLike: { 'aws:PrincipalTag/TenantId': '?*' } };
const forAnyAudience = { 'ForAnyValue:StringEquals': { 'sts:IdentityTokenAudience': [vault] } };
const team = { StringEquals: { 'aws:RequestTag/Team': 'keys' } };

const roles = [
  role('data-plane', open),
  role('tenant', open, { may: [may(ofTenant)] }),
  role('tagging', open, { may: [may(), may(team, 'sts:TagGetWebIdentityToken')] }),
  role('any', open, { may: [may(forAnyAudience)], tags: { Team: 'keys' } }),
];

let stack: TestSts;
beforeAll(async () => {
  stack = await openSts(roles);
});
afterAll(() => stack.close());

type Input = Partial<GetWebIdentityTokenCommandInput>;

const ask = (by: Credentials, input: Input = {}) =>
  stack.client(by).send(
    new GetWebIdentityTokenCommand({
      Audience: [vault],
      SigningAlgorithm: 'RS256',
      DurationSeconds: 300,
      ...input,
    }),
  );
const claimsOf = async (by: Credentials, input?: Input) =>
  decodeJwt((await ask(by, input)).WebIdentityToken ?? '');
const outcome = (by: Credentials, input?: Input) =>
  ask(by, input).then(
    () => 'token',
    ({ name, message, $metadata }) => [name, $metadata.httpStatusCode, message],
  );
const anybody = () => stack.credentials.issue(administrator);
const tagged = async (name: string, TenantId?: string) => {
  const tags = TenantId === undefined ? {} : { Tags: [{ Key: 'TenantId', Value: TenantId }] };
  const asked = { RoleArn: arnOf(name), RoleSessionName: TenantId ?? 'none', ...tags };
  return (await stack.assume(stack.running('data-plane'), asked)).credentials;
};
const denied = (name: string, session: string, action = 'sts:GetWebIdentityToken') => [
  'AccessDenied',
  403,
  `User: arn:aws:sts::${accountId}:assumed-role/${name}/${session} is not authorized to perform: ${action} on resource: *`,
];

describe('serialization', () => {
  test('the token has three parts, and its expiry stands beside it', async () => {
    const { WebIdentityToken = '', Expiration } = await ask(anybody());
    expect(WebIdentityToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const { exp = 0, iat = 0 } = decodeJwt(WebIdentityToken);
    expect(Expiration).toEqual(new Date(exp * 1000));
    expect(exp - iat).toBe(300);
  });

  test('without a duration it is five minutes', async () => {
    const { exp = 0, iat = 0 } = await claimsOf(anybody(), { DurationSeconds: undefined });
    expect(exp - iat).toBe(300);
  });
});

describe('validation', () => {
  test.each([
    ['no audience', { Audience: [] }, /at 'audience' failed/],
    ['eleven audiences', { Audience: Array.from({ length: 11 }, String) }, /at 'audience' failed/],
    ['an empty audience', { Audience: [''] }, /at 'audience.1.member' failed/],
    ['a long audience', { Audience: ['a'.repeat(1001)] }, /at 'audience.1.member' failed/],
    ['59 seconds', { DurationSeconds: 59 }, /'59' at 'durationSeconds' failed/],
    ['3601 seconds', { DurationSeconds: 3601 }, /'3601' at 'durationSeconds' failed/],
    ['an algorithm', { SigningAlgorithm: 'HS256' }, /'HS256' at 'signingAlgorithm' failed/],
    ['no algorithm', { SigningAlgorithm: undefined }, /null at 'signingAlgorithm' failed/],
    ['a tag key', { Tags: [{ Key: '<', Value: '' }] }, /at 'tags.1.member.key' failed/],
  ])('%s is refused', async (_name, input, message) => {
    const refused = ['ValidationError', 400, expect.stringMatching(message)];
    expect(await outcome(anybody(), input as Input)).toEqual(refused);
  });

  test.each([
    ['SubjectMode', { SubjectMode: 'OriginIdentity' }],
    ['Scope', { Scope: 'read' }],
  ] as const)('%s is refused and not left out', async (_name, input) => {
    expect((await outcome(anybody(), input))[0]).toBe('UnsupportedOperation');
  });

  test.each([
    'DurationSeconds=1e2',
    'DurationSeconds.member.1=300',
    'Audience=a&Audience.member.1=b',
    'Tags.member.1.Key=a',
    'SigningAlgorithm.member.1=RS256',
  ])('a form with %s is refused', async (part) => {
    const rest = ['Action=GetWebIdentityToken', 'Version=2011-06-15', 'Audience.member.1=a'];
    const body = [...rest, 'SigningAlgorithm=RS256', part].join('&');
    const headers = {
      host: new URL(stack.url).host,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const raw = { method: 'POST', path: '/', headers, body };
    const answer = await send(stack.url, await signed(raw, anybody(), { service: 'sts' }));
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<Code>MalformedInput</Code>');
  });
});

describe('claims', () => {
  test('a session of a tenant: the role, its tags and the session`s', async () => {
    const { iss, jti, iat, exp, ...claims } = await claimsOf(await tagged('any', 'acme'));
    expect(claims).toEqual({
      aud: vault,
      sub: arnOf('any'),
      'https://sts.amazonaws.com/': {
        aws_account: accountId,
        source_region: region,
        principal_id: arnOf('any'),
        principal_tags: { Team: 'keys', TenantId: 'acme' },
      },
    });
    expect(iss).toBe(`${stack.url}/outbound`);
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a function: its ARN; a session that it opens: not', async () => {
    const arn = `arn:aws:lambda:${region}:${accountId}:function:f`;
    const session = { ...sessionOf(roles[3] as Role, 'f'), sourceFunctionArn: arn };
    const byFunction = await claimsOf(stack.credentials.issue(session));
    const ofTenant = await claimsOf(await tagged('any', 'acme'));
    const source = ({ 'https://sts.amazonaws.com/': aws }: Record<string, unknown>) =>
      (aws as Record<string, unknown>).lambda_source_function_arn;
    expect([source(byFunction), source(ofTenant)]).toEqual([arn, undefined]);
  });

  test('tags of the request stand apart: they never pass for tags of the principal', async () => {
    const Tags = [
      { Key: 'Team', Value: 'keys' },
      { Key: 'TenantId', Value: 'rival' },
    ];
    const claims = await claimsOf(await tagged('tagging', 'acme'), { Tags });
    expect(claims['https://sts.amazonaws.com/']).toMatchObject({
      principal_tags: { TenantId: 'acme' },
      request_tags: { Team: 'keys', TenantId: 'rival' },
    });
  });

  test('several audiences are a list', async () => {
    expect((await claimsOf(anybody(), { Audience: ['a', 'b'] })).aud).toEqual(['a', 'b']);
  });

  test('property: whatever the tenant is called, the token names it and nobody else', async () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9.@=+-]{1,30}$/);
    await fc.assert(
      fc.asyncProperty(name, async (tenant) => {
        const claims = await claimsOf(await tagged('tenant', tenant));
        expect(claims['https://sts.amazonaws.com/']).toHaveProperty('principal_tags', {
          TenantId: tenant,
        });
      }),
      { numRuns: 25 },
    );
  });
});

describe('policies', () => {
  test('what the tenant role may, it gets', async () => {
    expect(await outcome(await tagged('tenant', 'acme'))).toBe('token');
    expect(await outcome(await tagged('tenant', 'acme'), { DurationSeconds: 60 })).toBe('token');
  });

  test.each<[string, Input]>([
    ['another audience', { Audience: ['https://other.example'] }],
    ['the audience with a slash', { Audience: [`${vault}/`] }],
    ['the audience in capitals', { Audience: [vault.toUpperCase()] }],
    ['the audience and another', { Audience: [vault, 'https://other.example'] }],
    ['another audience first', { Audience: ['https://other.example', vault] }],
    ['a longer duration', { DurationSeconds: 301 }],
    ['no duration', { DurationSeconds: undefined }],
    ['another algorithm', { SigningAlgorithm: 'ES384' }],
  ])('%s is refused', async (_name, input) => {
    expect(await outcome(await tagged('tenant', 'acme'), input)).toEqual(denied('tenant', 'acme'));
  });

  test('a session without a tenant is refused', async () => {
    expect(await outcome(await tagged('tenant'))).toEqual(denied('tenant', 'none'));
  });

  test('a role without the permission is refused', async () => {
    expect(await outcome(stack.running('data-plane'))).toEqual(denied('data-plane', 'function'));
  });

  test('a tag of the request needs a permission of its own, and does not make a tenant', async () => {
    const Tags = [{ Key: 'TenantId', Value: 'acme' }];
    const action = 'sts:TagGetWebIdentityToken';
    expect(await outcome(await tagged('tenant'), { Tags })).toEqual(denied('tenant', 'none'));
    expect(await outcome(await tagged('tenant', 'acme'), { Tags })).toEqual(
      denied('tenant', 'acme', action),
    );
    expect(await outcome(await tagged('tagging'), { Tags })).toEqual(
      denied('tagging', 'none', action),
    );
  });

  test('an audience that only has to be among those asked for lets another in', async () => {
    const Audience = ['https://other.example', vault];
    expect(await outcome(await tagged('any', 'acme'), { Audience })).toBe('token');
  });

  test('a user may ask as well, and is the subject', async () => {
    const user = userWith('ci', may(limits));
    expect((await claimsOf(stack.credentials.issue(user))).sub).toBe(user.arn);
  });
});

describe('the session', () => {
  test('a token does not outlive it', async () => {
    const { DurationSeconds } = { DurationSeconds: 900 };
    const asked = { RoleArn: arnOf('tagging'), RoleSessionName: 'short', DurationSeconds };
    const { credentials } = await stack.assume(stack.running('data-plane'), asked);
    expect(await outcome(credentials, { DurationSeconds: 890 })).toBe('token');
    const refused = ['SessionDurationEscalationException', 403, expect.stringContaining('extend')];
    expect(await outcome(credentials, { DurationSeconds: 901 })).toEqual(refused);
  });

  test('a principal of another account gets none of this one`s issuer', async () => {
    const stranger = { ...administrator, accountId: '444455556666' };
    expect((await outcome(stack.credentials.issue(stranger)))[0]).toBe(
      'OutboundWebIdentityFederationDisabledException',
    );
  });
});

describe('signatures', () => {
  const keys = async () =>
    createLocalJWKSet(
      (await stack.issuer.published('/outbound/.well-known/jwks.json')) as JSONWebKeySet,
    );

  test.each(['RS256', 'ES384'] as const)('%s verifies, for its audience only', async (alg) => {
    const { WebIdentityToken = '' } = await ask(anybody(), { SigningAlgorithm: alg });
    const options = { issuer: stack.issuer.url, algorithms: [alg] };
    const verify = async (audience: string) =>
      jwtVerify(WebIdentityToken, await keys(), { ...options, audience });
    expect((await verify(vault)).protectedHeader).toMatchObject({ alg, typ: 'JWT' });
    await expect(verify('https://other.example')).rejects.toThrow('unexpected "aud"');
  });

  test('a changed claim does not', async () => {
    const { WebIdentityToken = '' } = await ask(await tagged('tenant', 'acme'));
    const [header, payload = '', signature] = WebIdentityToken.split('.');
    const text = Buffer.from(payload, 'base64url').toString();
    const forged = Buffer.from(text.replace('acme', 'rival')).toString('base64url');
    const verified = jwtVerify([header, forged, signature].join('.'), await keys());
    await expect(verified).rejects.toThrow('signature verification failed');
  });
});
