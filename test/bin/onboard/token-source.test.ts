/** Tokens from an issuer: how many are asked for, how long each is used, and no secret in any message. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openTenantsApi } from '../../../bin/onboard/tenants-api.ts';
import { clientCredentials } from '../../../bin/onboard/token-source.ts';
import { type Scripted, type ScriptedServer, serveScript } from './scripted-server.ts';
import { virtualClock } from './virtual-clock.ts';

const acme = { line: 2, tenantId: 'acme', request: {} };

let server: ScriptedServer;
beforeEach(async () => {
  server = await serveScript();
});
afterEach(() => server.close());

const clock = virtualClock();
const { signal } = new AbortController();
const open = () =>
  clientCredentials(
    { tokenUrl: `${server.url}/token`, clientId: 'c', clientSecret: 's3cret' },
    clock,
    signal,
  );
const token = (n: number, seconds = 3600): Scripted => ({
  status: 200,
  body: { access_token: `token-${n}`, expires_in: seconds },
});
const issued = () => server.received.filter(({ request }) => request === 'POST /token').length;

test('one token for all who ask at once, until a minute before its end', async () => {
  server.answer = (_, n) => token(n);
  const tokenSource = open();
  const asked = () => Promise.all([tokenSource.token(), tokenSource.token(), tokenSource.token()]);
  expect(await asked()).toEqual(['token-1', 'token-1', 'token-1']);
  expect(server.received[0]?.body).toBe(
    'grant_type=client_credentials&client_id=c&scope=tenant-keys%2Fadmin&client_secret=s3cret',
  );
  await clock.sleep(3_539_000, signal);
  expect(await asked()).toEqual(['token-1', 'token-1', 'token-1']);
  await clock.sleep(1_000, signal);
  expect(await asked()).toEqual(['token-2', 'token-2', 'token-2']);
});

test('a 401 is answered by one new token and one more try', async () => {
  server.answer = ({ method, headers }, n) => {
    if (method === 'POST') return token(n);
    return { status: headers.authorization === 'Bearer token-1' ? 401 : 201 };
  };
  const api = openTenantsApi(`${server.url}/v1`, open());
  expect(await Promise.all([api.put(acme), api.put(acme)])).toEqual([
    { kind: 'created' },
    { kind: 'created' },
  ]);
  expect(issued()).toBe(2);
});

test('a second 401 ends the run', async () => {
  server.answer = ({ method }, n) => (method === 'POST' ? token(n) : { status: 401 });
  expect(await openTenantsApi(`${server.url}/v1`, open()).put(acme)).toMatchObject({
    kind: 'hopeless',
  });
  expect(server.received).toHaveLength(4);
});

test('an issuer that is out of order for a moment is asked again', async () => {
  server.answer = (_, n) => (n < 3 ? { status: 503 } : token(n));
  expect(await open().token()).toBe('token-3');
});

test.each<[string, Scripted, string]>([
  [
    'a wrong secret',
    { status: 401, body: { error: 'invalid_client' } },
    'answers 401 invalid_client',
  ],
  ['an answer without a token', { status: 200, body: {} }, 'gives no token'],
  [
    'a token that no header can carry',
    { status: 200, body: { access_token: 's3cret\n' } },
    'gives no token',
  ],
  [
    'an error that repeats the secret',
    { status: 400, body: { error: 's3cret s3cret' } },
    'answers 400',
  ],
])('%s is told once, and no secret with it', async (_, scripted, message) => {
  server.answer = () => scripted;
  const error: unknown = await open()
    .token()
    .catch((thrown: unknown) => thrown);
  expect(String(error)).toContain(`the token issuer ${message}: ${server.url}/token`);
  expect(String(error)).not.toContain('s3cret');
  expect(server.received).toHaveLength(1);
});
