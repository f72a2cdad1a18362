/** What an answer of the API means for a row and for the run. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { tenantPut } from '../../../../client/command-line/tenant-import/put-tenant.ts';
import {
  type FaultyServer,
  type Handler,
  json,
  problem,
  startFaultyServer,
} from '../../harness.ts';

const acme = { line: 2, tenantId: 'acme', request: { displayName: 'Größe' } };
const tenant = { tenantId: 'acme', status: 'ACTIVE' };

const inSeconds = (seconds: number) => ({ 'Retry-After': `${seconds}` });

let server: FaultyServer;
beforeEach(async () => {
  server = await startFaultyServer();
});
afterEach(() => server.close());

const put = (url = `${server.url}/v1`) => tenantPut({ url, token: 't0ken' })(acme, {});

test('201 is a new tenant, 200 one that was there; the request is the PUT of the API', async () => {
  server.answer(json(tenant, 201), json(tenant));
  expect(await put()).toEqual({ kind: 'created' });
  expect(await put()).toEqual({ kind: 'existing' });
  expect(server.requests[0]).toMatchObject({
    method: 'PUT',
    path: '/v1/tenants/acme',
    headers: { authorization: 'Bearer t0ken' },
    body: Buffer.from('{"displayName":"Größe"}'),
  });
});

describe('an answer is sent for once, and', () => {
  test.each<[string, Handler, object]>([
    ['409 fails the row', problem(409, 'tenant-exists'), { kind: 'failed' }],
    ['400 fails the row', problem(400, 'bad-request'), { kind: 'failed' }],
    [
      '409 of a busy tenant holds it up',
      problem(409, 'tenant-busy', inSeconds(3)),
      { kind: 'again', isThrottled: false, retryAfterMs: 3000 },
    ],
    [
      '429 slows all down',
      problem(429, 'throttled', inSeconds(7)),
      { kind: 'again', isThrottled: true, retryAfterMs: 7000 },
    ],
    ['503 too', problem(503, 'unavailable', inSeconds(1)), { kind: 'again', isThrottled: true }],
    [
      '503 of a new key holds it up',
      problem(503, 'key-not-ready', inSeconds(5)),
      { kind: 'again', isThrottled: false, retryAfterMs: 5000 },
    ],
    ['429 alone', problem(429, 'throttled'), { kind: 'again', retryAfterMs: 0 }],
    [
      '429 for a year is for five minutes',
      problem(429, 'throttled', inSeconds(31_536_000)),
      { kind: 'again', retryAfterMs: 300_000 },
    ],
    ['500 may come again', problem(500, 'internal-error'), { kind: 'again', isThrottled: false }],
  ])('%s', async (_, answer, result) => {
    server.answer(answer);
    expect(await put()).toMatchObject(result);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Handler]>([
    ['403', problem(403, 'forbidden')],
    ['404', problem(404, 'not-found')],
    ['another server', (_, response) => response.writeHead(200).end('hello')],
    ['a redirection', (_, response) => response.writeHead(307, { Location: server.url }).end()],
  ])('%s ends the run', async (_, answer) => {
    server.answer(answer);
    await expect(put()).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });
});

test('no answer at all is worth another try', async () => {
  expect(await put('http://127.0.0.1:1/v1')).toMatchObject({ kind: 'again', isThrottled: false });
});
