import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeJwt, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { serveIssuer } from '../../../local/issuer/issuer.ts';
import type { Listening } from '../../../local/listen.ts';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';

let issuer: Listening;
beforeAll(async () => {
  issuer = await serveIssuer({ port: 0, audience: 'tenant-keys', tenantClaim: 'tenant_id' });
});
afterAll(() => issuer.close());

type Form = Readonly<Record<string, string>> | string[][];
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
  readonly claims: JWTPayload;
}

async function ask(form: Form, authorization?: string): Promise<Answer> {
  const answer = await fetch(`${issuer.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form as Record<string, string>),
    ...(authorization !== undefined && { headers: { Authorization: authorization } }),
  });
  const json = (await answer.json()) as Record<string, string>;
  const claims = json.access_token === undefined ? {} : decodeJwt(json.access_token);
  return { status: answer.status, headers: answer.headers, json, claims };
}

const credentials = { grant_type: 'client_credentials', scope: 'tenant-keys/crypto' };
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('a token by client credentials', () => {
  test('is as it always was', async () => {
    const { status, json, claims } = await ask({
      ...credentials,
      client_id: 'me',
      tenant_id: 'acme',
    });
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['access_token', 'token_type', 'expires_in', 'scope']);
    expect(json).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: credentials.scope,
    });
    const { iat = 0, exp, jti, ...others } = claims;
    expect(exp).toBe(iat + 3600);
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(others).toEqual({
      token_use: 'access',
      client_id: 'me',
      scope: 'tenant-keys/crypto',
      tenant_id: 'acme',
      iss: issuer.url,
      aud: 'tenant-keys',
      sub: 'me',
    });
  });

  test.each([
    ['an audience', [['audience', 'other']], 'other'],
    ['a resource', [['resource', 'https://a.example/b']], 'https://a.example/b'],
    [
      'several',
      [
        ['audience', 'a'],
        ['audience', 'b'],
        ['resource', 'x:y'],
      ],
      ['a', 'b', 'x:y'],
    ],
    ['an empty audience, which is none', [['audience', '']], 'tenant-keys'],
  ])('is for whom it is asked for: %s', async (_, more, aud) => {
    const form = [...Object.entries({ ...credentials, client_id: 'me' }), ...more];
    expect((await ask(form)).claims.aud).toEqual(aud);
  });
});

describe('HTTP Basic', () => {
  const clientOf = async (pair: string) => (await ask(credentials, basic(pair))).claims.client_id;

  test('gives any id, form-encoded, and no secret makes a difference', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .string({ unit: 'grapheme', minLength: 1 })
          .filter((id) => !/\p{Cc}/u.test(id) && id.isWellFormed()),
        fc.webQueryParameters(),
        async (id, secret) => {
          const [, encoded] = /^a=(.*)$/s.exec(String(new URLSearchParams({ a: id }))) ?? [];
          expect(await clientOf(`${encoded}:${encodeURIComponent(secret)}`)).toBe(id);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['a colon in the id', 'a%3Ab:s', 'a:b'],
    ['colons in the secret', 'a:b:c', 'a'],
    ['a plus for a space', 'a+b:', 'a b'],
    ['a plus that is one', 'a%2Bb:', 'a+b'],
    [
      'no member of the form',
      'a&scope=tenant-keys/admin&tenant_id=b:s',
      'a&scope=tenant-keys/admin&tenant_id=b',
    ],
    ['escaped once only', 'a%2541:s', 'a%41'],
  ])('%s', async (_, pair, id) => {
    const { claims } = await ask(credentials, basic(pair));
    expect([claims.client_id, claims.scope, claims.tenant_id]).toEqual([
      id,
      credentials.scope,
      undefined,
    ]);
  });

  test.each([
    ['no colon', basic('me')],
    ['no id', basic(':secret')],
    ['a percent sign alone', basic('100%:s')],
    ['a percent sign alone in the secret', basic('a:100%')],
    ['an escape that is no UTF-8', basic('%FF:s')],
    ['bytes that are no UTF-8', `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString('base64')}`],
    ['a line end in the id', basic('a%0D%0Ab:s')],
    ['no base64', 'Basic a:b'],
    ['base64 with bits left over', 'Basic YTpi/'],
    ['base64url', 'Basic 77-_OmE='],
    ['two spellings of the same bytes', 'Basic YTo9Yh=='],
    ['nothing', 'Basic '],
    ['another scheme', 'Bearer YTpi'],
  ])('%s is a 401 that names the scheme', async (_, authorization) => {
    const { status, headers, json } = await ask({ ...credentials, client_id: 'me' }, authorization);
    expect([status, json.error]).toEqual([401, 'invalid_client']);
    expect(headers.get('www-authenticate')).toBe('Basic realm="token", charset="UTF-8"');
  });

  test.each([
    ['a secret in the form as well', { client_secret: 's' }, 400],
    ['another id in the form', { client_id: 'you' }, 400],
    ['the same id in the form', { client_id: 'me' }, 200],
  ])('beside %s', async (_, more, status) => {
    const answer = await ask({ ...credentials, ...more }, basic('me:s'));
    expect([answer.status, answer.json.error]).toEqual([
      status,
      status === 200 ? undefined : 'invalid_request',
    ]);
  });
});

describe('a refusal', () => {
  const whole = { ...credentials, client_id: 'me' };
  test.each([
    ['another grant', { ...whole, grant_type: 'password' }, 'unsupported_grant_type'],
    ['no grant', { scope: 'a', client_id: 'me' }, 'unsupported_grant_type'],
    ['no client', credentials, 'invalid_request'],
    ['no scope', { grant_type: 'client_credentials', client_id: 'me' }, 'invalid_request'],
    ['an empty scope, which is none', { ...whole, scope: '' }, 'invalid_request'],
    ['an unknown parameter', { ...whole, '"tenant"': 'SECRET' }, 'invalid_request'],
    ['a parameter twice', [...Object.entries(whole), ['scope', 'SECRET']], 'invalid_request'],
    ['a relative resource', { ...whole, resource: '/SECRET' }, 'invalid_target'],
    ['a resource with a fragment', { ...whole, resource: 'https://a.example/#' }, 'invalid_target'],
    ['a form that is too long', { ...whole, scope: 'S'.repeat(40_000) }, 'invalid_request'],
    ['an exchange without a token', { ...whole, grant_type: exchangeGrant }, 'invalid_request'],
  ])('is as RFC 6749 section 5.2 has it: %s', async (_, form, error) => {
    const { status, json, headers } = await ask(form as Form);
    expect([status, Object.keys(json), json.error]).toEqual([
      400,
      ['error', 'error_description'],
      error,
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(json.error_description).not.toContain('SECRET');
  });
});

describe('token exchange', () => {
  const token = async (more: Record<string, string> = {}) =>
    String((await ask({ ...credentials, client_id: 'user', ...more })).json.access_token);
  const exchange = (subject: string, more: Record<string, string> = {}) =>
    ask({
      grant_type: exchangeGrant,
      client_id: 'backend',
      subject_token: subject,
      subject_token_type: accessToken,
      ...more,
    });
  const expectRefused = ({ status, json }: Answer, what: RegExp) => {
    expect([status, json.error]).toEqual([400, 'invalid_request']);
    expect(json.error_description).toMatch(what);
  };

  test('gives a token for one tenant, of the same subject, with who acts', async () => {
    const { status, json, claims } = await exchange(await token(), { tenant_id: 'acme' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ issued_token_type: accessToken, token_type: 'Bearer' });
    expect(claims).toMatchObject({
      sub: 'user',
      client_id: 'backend',
      tenant_id: 'acme',
      scope: 'tenant-keys/crypto',
      act: { sub: 'backend' },
    });
  });

  test('gives no other tenant’s token for one tenant’s', async () => {
    const subject = await token({ tenant_id: 'acme' });
    expectRefused(
      await exchange(subject, { tenant_id: 'globex' }),
      /^tenant_id: the subject token/,
    );
    expect((await exchange(subject)).claims.tenant_id).toBe('acme');
    expect((await exchange(subject, { tenant_id: 'acme' })).status).toBe(200);
  });

  test('keeps the chain of actors, the last one outside (RFC 8693 section 4.1), and ends a long one', async () => {
    let current = await token();
    for (const actor of ['a', 'b']) {
      current = String((await exchange(current, { client_id: actor })).json.access_token);
    }
    expect(decodeJwt(current).act).toEqual({ sub: 'b', act: { sub: 'a' } });
    for (let count = 2; count < 8; count += 1) {
      current = String((await exchange(current)).json.access_token);
    }
    expectRefused(await exchange(current), /has 8 actors already/);
  });

  test('takes who acts from the actor’s token, which comes with its type', async () => {
    const actor_token = await token({ client_id: 'agent' });
    const subject = await token();
    const both = { actor_token, actor_token_type: accessToken };
    expect((await exchange(subject, both)).claims.act).toEqual({ sub: 'agent' });
    expectRefused(await exchange(subject, { actor_token }), /come both/);
    expectRefused(await exchange(subject, { actor_token_type: accessToken }), /come both/);
    expectRefused(
      await exchange(subject, { ...both, actor_token: 'a.b.c' }),
      /^actor_token: is no/,
    );
  });

  test('takes no token of another issuer, of another key, without an expiry, expired, changed or unsigned', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const other = await serveIssuer({ port: 0, audience: 'tenant-keys', tenantClaim: 'tenant_id' });
    const answer = await fetch(`${other.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...credentials, client_id: 'user' }),
    });
    const { access_token: others } = (await answer.json()) as { access_token: string };
    await other.close();
    const forged = (claims: JWTPayload) =>
      new SignJWT({ sub: 'user', iss: issuer.url, ...claims })
        .setProtectedHeader({ alg: 'RS256' })
        .sign(privateKey);
    const mine = await token();
    const [, payload, signature] = mine.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const tenants = Buffer.from(
      JSON.stringify({ ...decodeJwt(mine), tenant_id: 'globex' }),
    ).toString('base64url');
    const tokens = [
      others,
      await forged({ exp: 4_000_000_000 }),
      await forged({}),
      `${none}.${payload}.`,
      `${mine.split('.')[0]}.${tenants}.${signature}`,
      'a.b.c',
    ];
    for (const one of tokens) expectRefused(await exchange(one), /^subject_token: is no token/);
  });

  test('takes access tokens alone, by either name', async () => {
    const jwt = 'urn:ietf:params:oauth:token-type:jwt';
    const subject = await token();
    expect((await exchange(subject, { subject_token_type: jwt })).status).toBe(200);
    const idToken = 'urn:ietf:params:oauth:token-type:id_token';
    expectRefused(await exchange(subject, { subject_token_type: idToken }), /^subject_token_type/);
    expectRefused(await exchange(subject, { requested_token_type: idToken }), /^requested_token/);
  });

  test('ends no later than the subject’s token', async () => {
    const subject = await token();
    const { exp = 0 } = decodeJwt(subject);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const { json, claims } = await exchange(subject);
    expect(claims.exp).toBe(exp);
    expect(json.expires_in).toBe(exp - (claims.iat ?? 0));
  });
});

test.each(['openid-configuration', 'oauth-authorization-server'])(
  '/.well-known/%s lists what the issuer can',
  async (name) => {
    const answer = await fetch(`${issuer.url}/.well-known/${name}`);
    expect(await answer.json()).toMatchObject({
      issuer: issuer.url,
      token_endpoint: `${issuer.url}/oauth2/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      grant_types_supported: ['client_credentials', exchangeGrant],
    });
  },
);
