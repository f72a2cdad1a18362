/** Client credentials: how a token is asked for, how long it is kept, and how a refusal reads. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ClientCredentials,
  TenantKeys,
  TokenError,
  UsageError,
} from '../../../client/tenant-keys.ts';
import {
  clientSecret,
  type FaultyServer,
  type Handler,
  json,
  problem,
  startFaultyServer,
  thrown,
} from '../harness.ts';

let api: FaultyServer;
let issuer: FaultyServer;
beforeAll(async () => {
  [api, issuer] = await Promise.all([startFaultyServer(), startFaultyServer()]);
});
afterAll(() => Promise.all([api.close(), issuer.close()]));

const tenant = json({ tenantId: 'acme', status: 'ACTIVE' });
const client = (credentials: Partial<ClientCredentials> = {}, maxAttempts = 1) =>
  new TenantKeys({
    url: api.url,
    maxAttempts,
    credentials: {
      tokenUrl: `${issuer.url}/token`,
      clientId: 'an id: of %',
      clientSecret,
      ...credentials,
    },
  });
/** each time another */
const token =
  (members: object = {}): Handler =>
  (request, response, count) =>
    json({ access_token: `token-${count}`, token_type: 'Bearer', expires_in: 3600, ...members })(
      request,
      response,
      count,
    );
const used = () => api.requests.map(({ headers }) => headers.authorization);

describe('a token is asked for', () => {
  test('by HTTP Basic, both parts form-encoded, with a form of what was given', async () => {
    issuer.answer(token());
    api.answer(tenant);
    await client({ audience: 'an-audience', parameters: { a: '1', b: undefined } }).tenants.get(
      'acme',
    );
    const [{ method, path, headers, body }] = issuer.requests as [(typeof issuer.requests)[number]];
    expect([method, path]).toEqual(['POST', '/token']);
    const [id, secret, ...rest] = Buffer.from((headers.authorization ?? '').slice(6), 'base64')
      .toString()
      .split(':')
      .map((text) => new URLSearchParams(`text=${text}`).get('text'));
    expect([id, secret, rest]).toEqual(['an id: of %', clientSecret, []]);
    expect(Object.fromEntries(new URLSearchParams(body.toString()))).toEqual({
      grant_type: 'client_credentials',
      scope: 'tenant-keys/admin',
      audience: 'an-audience',
      a: '1',
    });
  });

  test.each([
    ['another scope', 'mine', 'mine'],
    ['no scope', '', null],
  ])('with %s', async (_, scope, sent) => {
    issuer.answer(token());
    api.answer(tenant);
    await client({ scope }).tenants.get('acme');
    expect(new URLSearchParams(issuer.requests[0]?.body.toString()).get('scope')).toBe(sent);
  });

  test('for each tenant, where a function says so', async () => {
    issuer.answer(token());
    api.answer(json({ events: [] }));
    const keys = client({ parameters: ({ tenantId }) => ({ organization: tenantId }) });
    for (const id of ['acme', 'globex', 'acme']) {
      for await (const _ of keys.tenant(id).audit());
    }
    const asked = issuer.requests.map(({ body }) => new URLSearchParams(body.toString()));
    expect(asked.map((form) => form.get('organization'))).toEqual(['acme', 'globex']);
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-1']);
  });
});

describe('a token is kept', () => {
  test('for those who ask at once, and later', async () => {
    issuer.answer(token());
    api.answer(tenant);
    const { tenants } = client();
    await Promise.all(Array.from({ length: 10 }, () => tenants.get('acme')));
    await tenants.get('acme');
    expect(issuer.requests).toHaveLength(1);
  });

  test('until shortly before it expires', async () => {
    issuer.answer(token({ expires_in: 1 }));
    api.answer(tenant);
    const { tenants } = client();
    await tenants.get('acme');
    await tenants.get('acme');
    expect(issuer.requests).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 950));
    await tenants.get('acme');
    expect(issuer.requests).toHaveLength(2);
  });

  test('until the API refuses it: then one is asked for, for all', async () => {
    issuer.answer(token());
    api.answer((request, response) =>
      (request.headers.authorization === 'Bearer token-2' ? tenant : problem(401, 'unauthorized'))(
        request,
        response,
        0,
      ),
    );
    const { tenants } = client();
    await Promise.all(Array.from({ length: 10 }, () => tenants.get('acme')));
    expect(issuer.requests).toHaveLength(2);
  });

  test('not where there was an error: the next one asks again', async () => {
    issuer.answer(json({ error: 'invalid_client' }, 401), token());
    api.answer(tenant);
    const { tenants } = client();
    await expect(tenants.get('acme')).rejects.toThrow(TokenError);
    await tenants.get('acme');
    expect(used()).toEqual(['Bearer token-2']);
  });

  test('although the one who asked first has gone', async () => {
    issuer.answer(async (request, response, count) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return token()(request, response, count);
    });
    api.answer(tenant);
    const { tenants } = client();
    const first = thrown(tenants.get('acme', { signal: AbortSignal.timeout(20) }));
    const second = tenants.get('acme');
    expect((await first).name).toBe('TimeoutError');
    await second;
    expect(issuer.requests).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test.each<[string, Handler, RegExp, object]>([
    [
      'says what to do',
      json(
        { error: 'invalid_client', error_description: `The secret ${clientSecret} is wrong` },
        401,
      ),
      /^The issuer gives no token \(401 invalid_client\): check clientId and clientSecret\.$/,
      { code: 'invalid_client', status: 401 },
    ],
    [
      'with a code that nobody knows has none',
      json({ error: clientSecret }, 400),
      /\(400\)/,
      { code: undefined },
    ],
    ['with a token that is none', token({ access_token: 'a\r\nb' }), /no bearer token/, {}],
    ['with another type', token({ token_type: 'mac' }), /no bearer token/, {}],
    ["by a proxy's page", (_, response) => response.end('<html>'), /not JSON/, {}],
    ['by a redirection', (_, r) => r.writeHead(307, { Location: '/' }).end(), /redirection/, {}],
  ])('%s', async (_, handler, message, members) => {
    issuer.answer(handler);
    api.answer(tenant);
    const error = await thrown(client().tenants.get('acme'));
    expect(error.message).toMatch(message);
    expect(error).toMatchObject(members);
    expect(issuer.requests).toHaveLength(1);
    expect(api.requests).toEqual([]);
  });

  test('that will pass comes again', async () => {
    issuer.answer((_, response) => response.writeHead(503, { 'Retry-After': '0' }).end(), token());
    api.answer(tenant);
    await client({}, 2).tenants.get('acme');
    expect(issuer.requests).toHaveLength(2);
  });
});

describe('discovery', () => {
  const discovered = (document: () => object) => (): Handler[] => [
    (request, response, count) =>
      (request.path === '/.well-known/openid-configuration' ? json(document()) : token())(
        request,
        response,
        count,
      ),
  ];
  const get = (credentials: Partial<ClientCredentials> = {}) =>
    client({ tokenUrl: undefined, issuer: `${issuer.url}/`, ...credentials }).tenants.get('acme');

  test('finds the token endpoint once', async () => {
    const found = discovered(() => ({
      issuer: issuer.url,
      token_endpoint: `${issuer.url}/found`,
    }));
    issuer.answer(...found());
    api.answer(tenant);
    await get();
    expect(issuer.requests.map(({ path }) => path)).toEqual([
      '/.well-known/openid-configuration',
      '/found',
    ]);
  });

  test.each<[string, () => object]>([
    ['of another issuer', () => ({ issuer: 'https://evil', token_endpoint: `${issuer.url}/t` })],
    ['without a token endpoint', () => ({ issuer: issuer.url })],
    [
      'that leads to where secrets must not go',
      () => ({ issuer: issuer.url, token_endpoint: 'http://evil.example/t' }),
    ],
  ])('a document %s sends the secret nowhere', async (_, document) => {
    issuer.answer(...discovered(document)());
    await thrown(get());
    expect(issuer.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    expect(issuer.requests).toHaveLength(1);
  });
});

describe('options that cannot be', () => {
  const url = 'https://api.example/v1';
  const credentials = {
    tokenUrl: 'https://issuer.example/token',
    clientId: 'i',
    clientSecret: 's',
  };
  test.each<[string, object]>([
    ['neither token nor credentials', { url }],
    ['both', { url, token: 't', credentials }],
    ['a token with a line break', { url, token: 'a\nb' }],
    ['an empty token', { url, token: '' }],
    ['no client id', { url, credentials: { ...credentials, clientId: '' } }],
    ['no secret', { url, credentials: { ...credentials, clientSecret: undefined } }],
    ['neither issuer nor tokenUrl', { url, credentials: { ...credentials, tokenUrl: undefined } }],
    ['both of them', { url, credentials: { ...credentials, issuer: 'https://issuer.example' } }],
    [
      'a token URL in the clear',
      { url, credentials: { ...credentials, tokenUrl: 'http://i.example' } },
    ],
    ['a token URL that is none', { url, credentials: { ...credentials, tokenUrl: 'secret' } }],
    ['http', { url: 'http://api.example/v1', token: 't' }],
    ["http to a name like this machine's", { url: 'http://localhost.evil.example', token: 't' }],
    ['another scheme', { url: 'ftp://localhost', token: 't' }],
    ['a password', { url: 'https://u:p@api.example', token: 't' }],
    ['a query', { url: 'https://api.example/?a', token: 't' }],
    ['no URL', { url: 'api.example', token: 't' }],
    ['no time', { url, token: 't', timeoutMs: 0 }],
    ['too much time', { url, token: 't', deadlineMs: 3_600_000 }],
    ['NaN', { url, token: 't', maxAttempts: Number.NaN }],
  ])('%s', (_, options) => {
    expect(() => new TenantKeys(options as never)).toThrow(UsageError);
  });

  test.each([
    'http://localhost:1/v1',
    'http://127.0.0.1:1',
    'http://[::1]:1/',
    'https://api.example/v1/',
  ])('%s may be', (one) => {
    new TenantKeys({ url: one, token: 't' });
    new TenantKeys({ url: new URL(one), token: 't' });
  });

  test('http may be where it is said', () => {
    new TenantKeys({ url: 'http://api.example', token: 't', allowInsecureHttp: true });
  });
});
