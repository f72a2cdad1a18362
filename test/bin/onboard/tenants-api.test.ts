/** What an answer of the API means, over HTTP. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTenantsApi } from '../../../bin/onboard/tenants-api.ts';
import { givenToken } from '../../../bin/onboard/token-source.ts';
import { type Scripted, type ScriptedServer, serveScript } from './scripted-server.ts';

const acme = { line: 2, tenantId: 'acme', request: { displayName: 'Größe' } };

let server: ScriptedServer;
beforeEach(async () => {
  server = await serveScript();
});
afterEach(() => server.close());

const put = () => openTenantsApi(`${server.url}/v1`, givenToken('t0ken')).put(acme);

test('the request is the PUT of the API, with the token', async () => {
  server.answer = () => ({ status: 201 });
  expect(await put()).toEqual({ kind: 'created' });
  expect(server.received).toEqual([
    { request: 'PUT /v1/tenants/acme', token: 'Bearer t0ken', body: '{"displayName":"Größe"}' },
  ]);
});

describe('an answer', () => {
  const problem = (status: number, code: string, retryAfter?: string): Scripted => ({
    status,
    body: { code, detail: 'Why.', requestId: 'r-1' },
    ...(retryAfter !== undefined && { headers: { 'Retry-After': retryAfter } }),
  });

  test.each<[string, Scripted, object]>([
    ['200', { status: 200 }, { kind: 'existing' }],
    [
      '409',
      problem(409, 'tenant-exists'),
      { kind: 'conflict', reason: '409 tenant-exists Why. (request r-1)' },
    ],
    [
      '409 of a busy tenant',
      problem(409, 'tenant-busy', '3'),
      { kind: 'again', throttled: false, retryAfterMs: 3000 },
    ],
    ['400', problem(400, 'bad-request'), { kind: 'refused' }],
    ['429', problem(429, 'throttled', '7'), { kind: 'again', throttled: true, retryAfterMs: 7000 }],
    [
      '503',
      problem(503, 'unavailable', '1'),
      { kind: 'again', throttled: true, retryAfterMs: 1000 },
    ],
    [
      '503 of a new key',
      problem(503, 'key-not-ready', '5'),
      { kind: 'again', throttled: false, retryAfterMs: 5000 },
    ],
    ['429 without Retry-After', problem(429, 'throttled'), { kind: 'again', retryAfterMs: 0 }],
    ['429 with nonsense', problem(429, 'throttled', 'soon'), { kind: 'again', retryAfterMs: 0 }],
    [
      '429 for a year',
      problem(429, 'throttled', '31536000'),
      { kind: 'again', retryAfterMs: 300_000 },
    ],
    ['500', problem(500, 'internal-error'), { kind: 'again', throttled: false }],
    ['401', problem(401, 'unauthorized'), { kind: 'hopeless' }],
    ['403', problem(403, 'forbidden'), { kind: 'hopeless' }],
    ['404', problem(404, 'not-found'), { kind: 'hopeless' }],
  ])('%s', async (_, scripted, reply) => {
    server.answer = () => scripted;
    expect(await put()).toMatchObject(reply);
    expect(server.received).toHaveLength(1);
  });

  test('Retry-After as a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    server.answer = () => problem(503, 'unavailable', date);
    const reply = await put();
    expect(reply.kind === 'again' && Math.abs(reply.retryAfterMs - 60_000)).toBeLessThan(5000);
  });

  test('a redirect is not followed, so the token goes nowhere else', async () => {
    server.answer = () => ({ status: 307, headers: { Location: `${server.url}/elsewhere` } });
    expect(await put()).toMatchObject({ kind: 'hopeless' });
    expect(server.received).toHaveLength(1);
  });

  test('no answer at all is worth another try', async () => {
    const gone = openTenantsApi('http://127.0.0.1:1/v1', givenToken('t0ken'));
    const reason = 'the API cannot be reached';
    expect(await gone.put(acme)).toMatchObject({ kind: 'again', throttled: false, reason });
  });

  test('its text cannot steer the terminal', async () => {
    server.answer = () => ({ status: 400, body: { code: 'x', detail: '\x1b[2Jgone\u202e\n' } });
    expect(await put()).toMatchObject({ reason: '400 x ?[2Jgone??' });
  });
});
