/**
 * The data plane in process, with a session broker and nothing else of AWS to reach: what must be refused before, and
 * what if there is none.
 */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { invalidToken } from '../../contract/challenge.ts';
import type { cryptoEnvironment } from '../../contract/environment.ts';
import type { ApiHandler } from '../../lambdas/http/api-handler.ts';
import type { EnvironmentOf } from '../../lib/functions/bundled-function.ts';
import { loggedLines } from '../harness/logged-lines.ts';
import { contextOf, eventOf } from './http/event.ts';
import { type Issuer, issuersVariable, openIssuer, settingsOf } from './tokens/issuer.ts';

let issuer: Issuer;
let token: string;
let broker: Server;
let handler: ApiHandler;
/** what was logged and asked for */
let lines: string[];
let calls: string[];
beforeAll(async () => {
  lines = loggedLines();
  calls = [];
  issuer = await openIssuer();
  token = await issuer.token({ tenant_id: 'acme', scope: 'tenant-keys/crypto' });
  broker = await openBroker();
  handler = await load('true');
});
afterAll(async () => {
  jest.restoreAllMocks();
  broker.closeAllConnections();
  await Promise.all([issuer.close(), new Promise((resolve) => broker.close(resolve))]);
});

/**
 * As Lambda answers an invocation of the session broker: with a session of acme. Whatever else it is asked is an error.
 */
async function openBroker(): Promise<Server> {
  const server = createServer((request, response) => {
    calls.push(request.url ?? '');
    const isInvocation = request.url?.endsWith('/functions/session-broker/invocations');
    response.writeHead(isInvocation ? 200 : 400, { 'Content-Type': 'application/json' });
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    const credentials = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't', expiration };
    const { jwks } = issuer;
    response.end(
      JSON.stringify({
        outcome: 'opened',
        tenantId: 'acme',
        credentials,
        issuer: issuer.url,
        jwks,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function load(isolation: 'true' | 'false'): Promise<ApiHandler> {
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(broker.address() as AddressInfo).port}`,
    TABLE_NAME: 'tenants',
    MAC_KEY_TABLE_NAME: 'mac-keys',
    ...issuersVariable(settingsOf(issuer.url)),
    SESSION_BROKER_NAME: 'session-broker',
    TENANT_ISOLATION: isolation,
    REGISTRY_TTL_SECONDS: '0',
    DATA_KEY_MAX_AGE_SECONDS: '0',
    DATA_KEY_MAX_MESSAGES: '0',
    DATA_KEY_MAX_BYTES: '0',
  } satisfies EnvironmentOf<typeof cryptoEnvironment> & Readonly<Record<string, string>>;
  Object.assign(process.env, environment);
  jest.resetModules();
  return (await import('../../lambdas/crypto.ts')).handler;
}

interface Identity {
  readonly path?: string;
  /** what the authorizer's context has, null where there is no authorizer */
  readonly authorizer?: { readonly tenantId?: unknown } | null;
  readonly lambda?: string | undefined;
}

const acme = { tenantId: 'acme' };

const requestOf = ({ path = 'acme', authorizer = acme }: Identity, body = '{"plaintext":"eA=="}') =>
  eventOf({
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    pathParameters: { tenantId: path },
    requestContext: {
      requestId: 'x',
      authorizer: authorizer && { principalId: 'somebody', ...authorizer },
    } as APIGatewayProxyEvent['requestContext'],
    body,
  });

async function ask(who: Identity, body?: string, by: ApiHandler = handler) {
  const context = contextOf({ tenantId: 'lambda' in who ? who.lambda : 'acme' });
  const { statusCode, headers, body: text } = await by(requestOf(who, body), context);
  const { code, detail } = JSON.parse(text);
  return { status: statusCode, code, detail, headers };
}

describe('path, authorizer and Lambda must name the same tenant', () => {
  test.each<[string, Identity]>([
    ['the path says another', { path: 'globex' }],
    ['the authorizer says another', { authorizer: { tenantId: 'globex' } }],
    ['Lambda says another', { lambda: 'globex' }],
    ['the authorizer says nothing', { authorizer: {} }],
    ['there is no authorizer', { authorizer: null }],
    ['Lambda says nothing', { lambda: undefined }],
    ['the authorizer says it in a list', { authorizer: { tenantId: ['acme'] } }],
    ['Lambda says one that begins like it', { lambda: 'acme2' }],
  ])('%s: 403', async (_, who) => {
    expect(await ask(who)).toMatchObject({ status: 403, code: 'forbidden' });
  });

  test.each(['*', 'Acme', 'a', '../acme', '${aws:PrincipalTag/TenantId}'])(
    'and it must be a tenant id: %s is a 400, even if all name it',
    async (id) => {
      const answer = await ask({ path: id, authorizer: { tenantId: id }, lambda: id });
      expect(answer).toMatchObject({ status: 400, code: 'invalid-tenant-id' });
    },
  );

  test('without tenant isolation mode Lambda is not asked', async () => {
    const plain = await load('false');
    expect(await ask({ lambda: undefined }, '{}', plain)).toMatchObject({ code: 'bad-request' });
    expect(await ask({ authorizer: { tenantId: 'globex' } }, '{}', plain)).toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('what is wrong with the body is said before the table and KMS are asked', () => {
  const largest = 4 * 1024 * 1024;
  const bytes = (length: number) => Buffer.alloc(length).toString('base64');

  test.each([
    ['no plaintext', '{}', 400, 'bad-request'],
    ['a mode that nobody knows', '{"plaintext":"","mode":"Direct"}', 400, 'bad-request'],
    ['direct mode of nothing', '{"plaintext":"","mode":"direct"}', 400, 'bad-request'],
    ['direct mode, too much', `{"plaintext":"${bytes(4097)}","mode":"direct"}`, 413, 'too-large'],
    [
      'a reserved context',
      '{"plaintext":"","encryptionContext":{"tenantID":""}}',
      400,
      'bad-request',
    ],
    ['a byte too much', `{"plaintext":"${bytes(largest + 1)}"}`, 413, 'too-large'],
    ['a body too large', `{"plaintext":"${'A'.repeat(5_950_000)}"}`, 413, 'too-large'],
  ])('%s', async (_, body, status, code) => {
    calls = [];
    expect(await ask({}, body)).toMatchObject({ status, code });
    expect(calls.filter((url) => !url.includes('session-broker'))).toEqual([]);
  });
});

test.each([
  [
    'direct mode',
    `{"plaintext":"${Buffer.alloc(4097).toString('base64')}","mode":"direct"}`,
    /4096 .*Leave out the mode for up to 4194304/,
  ],
  [
    'a plaintext',
    `{"plaintext":"${Buffer.alloc(4194305).toString('base64')}"}`,
    /4194304 bytes\..*data-keys/,
  ],
  [
    'a body',
    `{"plaintext":"${'A'.repeat(5_950_000)}"}`,
    /5920088 bytes\..*octet-stream.*data-keys/,
  ],
])('a 413 says the limit and how to send more: %s', async (_, body, detail) => {
  expect((await ask({}, body)).detail).toMatch(detail);
});

describe('the log line names the principal of the event', () => {
  const principalOf = async (who: Identity, body?: string) => {
    lines.length = 0;
    await ask(who, body);
    return JSON.parse(lines.join('')).principal;
  };

  test('once its token was checked, also where the body is refused', async () => {
    expect(await principalOf({}, '{}')).toBe('somebody');
  });

  test('not before: where the tenants differ, or the body comes without a token that counts', async () => {
    expect(await principalOf({ path: 'globex' })).toBe('unknown');
    expect(await principalOf({ lambda: 'globex' })).toBe('unknown');
    const good = token;
    for (const bad of ['e30.e30.e30', await issuer.token({ sub: 'another' })]) {
      token = bad;
      expect(await principalOf({}, '{}')).toBe('unknown');
    }
    token = good;
  });
});

describe('the token is checked by the function itself, whatever the authorizer says', () => {
  const events = (headers: Record<string, string>) =>
    eventOf({
      headers: { 'Content-Type': 'application/json', ...headers },
      body: '{"plaintext":"eA=="}',
    });

  test.each<[string, Record<string, string>]>([
    ['there is none', {}],
    ['it is none', { Authorization: 'Bearer e30.e30.e30' }],
    ['it is empty', { Authorization: 'Bearer ' }],
    ['it is of another scheme', { Authorization: 'Basic eDp4' }],
  ])('%s: 401, without a call to AWS', async (_, headers) => {
    const answer = await handler(events(headers), contextOf({ tenantId: 'acme' }));
    expect(answer).toMatchObject({
      statusCode: 401,
      headers: { 'WWW-Authenticate': invalidToken },
    });
    expect(JSON.parse(answer.body).code).toBe('unauthorized');
  });
});

test('where AWS cannot be reached, the answer is a 503 that says when to try again', async () => {
  // In a process of its own: in Jest's the SDK does not recognize Node's errors as errors.
  const script = `
    const { handler } = await import(${JSON.stringify(import.meta.resolve('../../lambdas/crypto.ts'))});
    const { eventOf, contextOf } = await import(${JSON.stringify(import.meta.resolve('./http/event.ts'))});
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: 'https://issuer.example', aud: 'tenant-keys', exp: Date.now() };
    const token = [part({ alg: 'RS256', kid: 'new' }), part(claims), 'AA'].join('.');
    const event = eventOf({
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer ' + token },
      body: '{"plaintext":"eA=="}',
    });
    const answer = await handler(event, contextOf({ tenantId: 'acme' }));
    process.stderr.write(JSON.stringify(answer));`;
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    // The discard port: nothing listens there.
    {
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        ...issuersVariable(settingsOf('https://issuer.example')),
      },
    },
  );
  const answer = JSON.parse(stderr);
  expect(answer).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '1' } });
  expect(JSON.parse(answer.body).code).toBe('unavailable');
});
