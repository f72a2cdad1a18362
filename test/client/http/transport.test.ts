/** Attempts, tokens and answers over a real connection, to a server that fails in every way. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AccessError,
  ConnectionError,
  TenantKeys,
  type TenantKeysOptions,
  UnavailableError,
} from '../../../client/tenant-keys.ts';
import {
  type FaultyServer,
  type Handler,
  json,
  problem,
  requestId,
  startFaultyServer,
  thrown,
} from '../harness.ts';

let server: FaultyServer;
beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(() => server.close());

const tenant = { tenantId: 'acme', status: 'ACTIVE' };
const client = (options: Partial<TenantKeysOptions> = {}) =>
  new TenantKeys({ url: `${server.url}/v1`, token: 'the-token', ...options });
const get = (options?: Partial<TenantKeysOptions>) => client(options).tenants.get('acme');

const hang: Handler = () => {};
const reset: Handler = (_, response) => {
  response.destroy();
};
const brokenOff: Handler = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
  response.write('{"tenantId":');
  setTimeout(() => response.destroy(), 20);
};
const slowBody: Handler = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write('{');
};

describe('comes again, and then gives the result', () => {
  test.each<[string, Handler]>([
    ['503', problem(503, 'unavailable')],
    ['503 with Retry-After', problem(503, 'key-not-ready', { 'Retry-After': '0' })],
    ['429', problem(429, 'throttled', { 'Retry-After': '0' })],
    ['504 of API Gateway', problem(504, 'unavailable')],
    ['409 tenant-busy', problem(409, 'tenant-busy', { 'Retry-After': '0' })],
    ["a proxy's page with 503", (_, response) => response.writeHead(503).end('<html>')],
    ['a reset connection', reset],
    ['an answer that breaks off', brokenOff],
    ['no answer', hang],
    ['an answer without an end', slowBody],
  ])('%s', async (_, fault) => {
    server.answer(fault, json(tenant));
    expect(await get({ timeoutMs: 200 })).toEqual(tenant);
    expect(server.requests).toHaveLength(2);
  });

  test('not before Retry-After', async () => {
    server.answer(problem(429, 'throttled', { 'Retry-After': '1' }), json(tenant));
    const startedMs = performance.now();
    await get();
    expect(performance.now() - startedMs).toBeGreaterThan(990);
  });

  test('with the same body, of each kind', async () => {
    const ciphertext = Buffer.from(`020478${'00'.repeat(40)}`, 'hex');
    server.answer(problem(503, 'unavailable'), (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(ciphertext);
    });
    await client().tenant('acme').encrypt(Buffer.from('some bytes'));
    expect(server.requests.map(({ body }) => body.toString())).toEqual([
      'some bytes',
      'some bytes',
    ]);
    server.answer(problem(503, 'unavailable'), json(tenant));
    await client().tenants.onboard('acme', { displayName: 'Acme' });
    expect(server.requests.map(({ body }) => body.toString())).toEqual(
      Array(2).fill('{"displayName":"Acme"}'),
    );
  });
});

describe('is given up', () => {
  test('after maxAttempts, with the last problem', async () => {
    server.answer(problem(503, 'unavailable'));
    const error = await thrown(get({ maxAttempts: 3 }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ status: 503, code: 'unavailable', requestId });
    expect(server.requests).toHaveLength(3);
  });

  test('at the deadline, although every attempt may last', async () => {
    server.answer(hang);
    const startedMs = performance.now();
    const error = await thrown(get({ deadlineMs: 300 }));
    expect(error).toMatchObject({ name: 'ConnectionError', reason: 'timeout' });
    expect(performance.now() - startedMs).toBeLessThan(1500);
  });

  test('where Retry-After is after the deadline, which the error tells', async () => {
    server.answer(problem(429, 'throttled', { 'Retry-After': '3600' }));
    expect(await thrown(get())).toMatchObject({ code: 'throttled', retryAfterMs: 3_600_000 });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, () => AbortSignal]>([
    ['before', () => AbortSignal.abort(new Error('enough'))],
    ['in an attempt', () => soon()],
  ])('when the caller says so, %s', async (_, signalOf) => {
    server.answer(hang);
    const error = await thrown(client().tenants.get('acme', { signal: signalOf() }));
    expect(error.message).toBe('enough');
  });

  test('when the caller says so, although fetch does not listen', async () => {
    const deaf = () => new Promise<Response>(() => {});
    const error = await thrown(client({ fetch: deaf }).tenants.get('acme', { signal: soon() }));
    expect(error.message).toBe('enough');
  });

  test.each([
    [400, 'bad-request'],
    [403, 'forbidden'],
    [404, 'tenant-not-found'],
    [409, 'rotation-unconfirmed'],
    [413, 'too-large'],
    [500, 'internal-error'],
    [418, 'a-code-of-tomorrow'],
  ])('at once after %i %s', async (status, code) => {
    server.answer(problem(status, code, { 'Retry-After': '0' }));
    expect(await thrown(get())).toMatchObject({ status, code, requestId });
    expect(server.requests).toHaveLength(1);
  });
});

function soon(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('enough')), 50);
  return controller.signal;
}

describe('a token that is refused', () => {
  const refusing: Handler = (request, response) =>
    request.headers.authorization === 'Bearer new'
      ? json(tenant)(request, response, 0)
      : problem(401, 'unauthorized')(request, response, 0);

  test('is renewed once', async () => {
    server.answer(refusing);
    const asked: object[] = [];
    const token = (request: { readonly renew: boolean }) => {
      asked.push(request);
      return request.renew ? 'new' : 'old';
    };
    expect(await get({ token })).toEqual(tenant);
    expect(asked).toEqual([
      { scope: 'tenant-keys/admin', tenantId: undefined, renew: false },
      { scope: 'tenant-keys/admin', tenantId: undefined, renew: true },
    ]);
  });

  test('and refused again is an error', async () => {
    server.answer(problem(401, 'unauthorized'));
    let count = 0;
    const error = await thrown(get({ token: () => `token-${count++}` }));
    expect(error).toBeInstanceOf(AccessError);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-0',
      'Bearer token-1',
    ]);
  });

  test('is not tried twice where there is no other', async () => {
    server.answer(problem(401, 'unauthorized'));
    await expect(get()).rejects.toThrow(AccessError);
    expect(server.requests).toHaveLength(1);
  });

  test('in the data plane and the audit is asked for by scope and tenant', async () => {
    const asked: object[] = [];
    const token = (request: object) => {
      asked.push(request);
      return 'a-token';
    };
    server.answer(json({ events: [] }));
    for await (const _ of client({ token }).tenant('acme').audit()) break;
    await thrown(client({ token }).tenant('acme').encrypt(new Uint8Array(1)));
    expect(asked).toMatchObject([
      { scope: 'tenant-keys/audit', tenantId: 'acme' },
      { scope: 'tenant-keys/crypto', tenantId: 'acme' },
    ]);
  });
});

test('each answer is reported', async () => {
  const reports: object[] = [];
  server.answer(problem(503, 'unavailable', {}), json(tenant));
  await get({ onAnswer: (report) => reports.push(report) });
  expect(reports).toMatchObject([
    { operation: 'read', tenantId: 'acme', status: 503, requestId, durationMs: expect.any(Number) },
    { operation: 'read', status: 200, requestId: undefined },
  ]);
});

describe('no connection', () => {
  test('says to which host, and why', async () => {
    const closed = await startFaultyServer();
    await closed.close();
    const error = await thrown(get({ url: closed.url, maxAttempts: 2 }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ reason: 'unreachable' });
    expect(error.cause).toBeUndefined();
    expect(error.message).toBe(`No connection to ${closed.url} (ECONNREFUSED).`);
  });
});
