/** The fault matrix of a store: whatever is wrong, each request ends in time, with an error that has a name. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { keyStoreUnavailable } from '../../contract/problem.ts';
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import { problemOfVaultError } from '../../lambdas/key-stores/vault/vault-problem.ts';
import { requestStats, withRequestStats } from '../../lambdas/observability/request-stats.ts';
import { type Bao, startBao } from './bao.ts';
import { type Fault, startFaultProxy } from './fault-proxy.ts';
import { bao, issuer, proxy, store, useStore } from './harness.ts';
import { openStore } from './store.ts';
import { keyringOf, sessionOf } from './tenant-session.ts';
import { startIssuer } from './web-identity.ts';

let keyring: Keyring;
let wrapped: Awaited<ReturnType<Keyring['generateDataKey']>>['wrapped'];

useStore();
beforeEach(async () => {
  proxy.break('none');
  keyring = keyringOf(store, sessionOf(store, proxy, 'acme'), 'acme');
  ({ wrapped } = await keyring.generateDataKey(context));
  proxy.seen();
});

const context = { TenantId: 'acme' };

/** @returns the fault, or the error's name; how many requests the store has had */
async function outcome(call: () => Promise<unknown>, leftMs = 15_000) {
  const begunAt = performance.now();
  return withRequestStats(
    { getRemainingTimeInMillis: () => leftMs - (performance.now() - begunAt) },
    async () => {
      const ends = await call().then(
        () => 'done',
        (error) => {
          expect(JSON.stringify({ ...error, stack: error.stack })).not.toMatch(
            /[sb]\.[\w-]{20}|eyJ/,
          );
          const { name, fault } = error.cause ?? error;
          // Which store, and nothing of what it said.
          if (name !== 'OutOfTime')
            expect(problemOfVaultError(error.cause ?? error)).toEqual(keyStoreUnavailable('vault'));
          return fault ?? name;
        },
      );
      return [ends, proxy.seen().length, requestStats()?.counts.KeyStoreCalls];
    },
  );
}

const generate = () => keyring.generateDataKey(context);
const unwrap = () => keyring.unwrapDataKey(wrapped, context);

const html = { status: 502, body: '<html>Bad gateway</html>' };
describe.each<[string, Fault, string, number]>([
  ['resets the connection', 'reset', 'unreachable', 3],
  ['ends amid its answer', 'cut', 'unreachable', 3],
  ['is a load balancer without a node behind it', html, 'failed', 3],
  ['has an error', { status: 500, body: '{"errors":["internal error"]}' }, 'failed', 3],
  ['is sealed', { status: 503, body: '{"errors":["Vault is sealed"]}' }, 'sealed', 3],
  [
    'knows of no active node',
    { status: 500, body: '{"errors":["local node not active but active cluster node not found"]}' },
    'standby',
    3,
  ],
  ['is behind the one that was written to', { status: 412, body: '{"errors":[]}' }, 'standby', 3],
  [
    'sends to another',
    { status: 307, headers: { Location: 'http://127.0.0.1:1/v1/x' } },
    'standby',
    3,
  ],
  ['throttles', { status: 429, body: '{"errors":["rate limit quota exceeded"]}' }, 'throttled', 3],
  ['answers with a page', { status: 200, body: '<html></html>' }, 'nonsense', 1],
  ['answers without a key', { status: 200, body: '{"data":{}}' }, 'nonsense', 1],
  ['answers without an end', { status: 200, body: `"${'x'.repeat(2_000_000)}"` }, 'nonsense', 1],
  ['has lost its mount', { status: 404, body: '{"errors":["no handler"]}' }, 'failed', 1],
])('a store that %s', (_, fault, expected, attempts) => {
  test.each([
    ['a new data key', generate],
    ['an old one', unwrap],
  ])('%s', async (_name, call) => {
    proxy.break(fault);
    expect(await outcome(call)).toEqual([expected, attempts, attempts]);
    proxy.break('none');
    expect((await outcome(call))[0]).toBe('done');
  });
});

test.each<[string, Fault, number]>([
  ['no answer comes', 'reset', 1],
  ['the answer is cut off', 'cut', 1],
  ['the store fails', { status: 500, body: '{"errors":["internal error"]}' }, 1],
  ['the store has done nothing', { status: 503, body: '{"errors":["Vault is sealed"]}' }, 3],
])('what must not be done twice is not sent twice where %s', async (_, fault, attempts) => {
  const session = sessionOf(store, proxy, 'acme');
  const path = 'tenant-keys/datakey/wrapped/acme';
  const body = { associated_data: 'eA==' };
  await session.send({ method: 'POST', path, body });
  proxy.seen();
  proxy.break(fault);
  const [, sent] = await outcome(() => session.send({ method: 'POST', path, body, once: true }));
  expect(sent).toBe(attempts);
});

test.each([
  ['a key of another length', '{"data":{"plaintext":"AAAA","ciphertext":"vault:v1:AAAA"}}'],
  ['another spelling of a ciphertext', '{"data":{"ciphertext":"vault:v0:AAAA"}}'],
])('%s is taken for none', async (_, body) => {
  proxy.break({ status: 200, body });
  expect((await outcome(generate))[0]).toBe('nonsense');
});

test('a store that says nothing takes as long as one attempt, and none begins without that time', async () => {
  proxy.break('silent');
  const begunAt = performance.now();
  expect(await outcome(unwrap, 5_000)).toEqual(['OutOfTime', 1, 1]);
  expect(performance.now() - begunAt).toBeLessThan(4_500);
  expect(await outcome(unwrap, 3_400)).toEqual(['OutOfTime', 0, undefined]);
});

test('with time enough, it is slow', async () => {
  proxy.break('silent');
  expect(await outcome(generate, 60_000)).toEqual(['slow', 3, 3]);
});

test('a store that is down refuses the connection', async () => {
  const down = await startFaultProxy(bao.address);
  down.close();
  keyring = keyringOf(store, sessionOf(store, down, 'acme'), 'acme');
  expect((await outcome(generate))[0]).toBe('unreachable');
});

test('a login that fails is no refusal of a ciphertext, and the next request logs in', async () => {
  keyring = keyringOf(store, sessionOf(store, proxy, 'acme'), 'acme');
  proxy.break({ status: 503, body: '{"errors":["Vault is sealed"]}' }, '/login');
  expect((await outcome(unwrap))[0]).toBe('sealed');
  proxy.break('none');
  expect((await outcome(unwrap))[0]).toBe('done');
});

test('a store that cannot fetch the keys of AWS has judged nobody, and no tenant is said to have revoked', async () => {
  const [other, unreachable] = await Promise.all([startBao(), startIssuer()]);
  try {
    const alone = await openStore(other, unreachable);
    const config = { jwks_url: `${unreachable.url}/.well-known/jwks.json` };
    await alone.call(other.rootToken, 'POST', 'auth/tenant-keys/config', config);
    unreachable.close();
    keyring = keyringOf(alone, sessionOf(alone, other, 'acme'), 'acme');
    expect((await outcome(generate))[0]).toBe('issuer-unreachable');
    expect((await outcome(unwrap))[0]).toBe('issuer-unreachable');
  } finally {
    await other.stop();
  }
});

test.each([
  ['no session', {}],
  ['a token that is no text', { client_token: 5, lease_duration: 900 }],
  [
    'a token with a line end, which would be another header',
    { client_token: 'a\nb: c', lease_duration: 900 },
  ],
  ['no end of the session', { client_token: 'token' }],
])('a login that is answered with %s opens none', async (_, auth) => {
  keyring = keyringOf(store, sessionOf(store, proxy, 'acme'), 'acme');
  proxy.break({ status: 200, body: JSON.stringify({ auth }) }, '/login');
  expect(await outcome(generate)).toEqual(['nonsense', 1, 1]);
});

test('a proof that was cut off is made again, and nothing is opened before', async () => {
  keyring = keyringOf(store, sessionOf(store, proxy, 'acme'), 'acme');
  proxy.break('reset', '/decrypt/');
  expect((await outcome(generate))[0]).toBe('unreachable');
  proxy.break('none');
  proxy.seen();
  expect((await outcome(generate))[0]).toBe('done');
});

test("a store's own rate limit is one", async () => {
  const quota = 'sys/quotas/rate-limit/few';
  await store.call(bao.rootToken, 'POST', quota, { rate: 5, path: 'tenant-keys/' });
  try {
    const all = await Promise.all(Array.from({ length: 24 }, () => outcome(generate)));
    const names = new Set(all.map(([name]) => name));
    expect([...names].sort()).toEqual(['done', 'throttled']);
  } finally {
    await store.call(bao.rootToken, 'DELETE', quota);
  }
});

test('a store that an operator has sealed says so, and to a new session too', async () => {
  const other = await startBao();
  try {
    const sealed = await openStore(other, issuer);
    keyring = keyringOf(sealed, sessionOf(sealed, other, 'acme'), 'acme');
    ({ wrapped } = await keyring.generateDataKey(context));
    await sealed.call(other.rootToken, 'PUT', 'sys/seal', {});
    expect((await outcome(generate))[0]).toBe('sealed');
    expect((await outcome(unwrap))[0]).toBe('sealed');
    keyring = keyringOf(sealed, sessionOf(sealed, other, 'acme'), 'acme');
    expect((await outcome(unwrap))[0]).toBe('sealed');
  } finally {
    await other.stop();
  }
});

describe('with TLS', () => {
  let tls: Bao;
  beforeAll(async () => {
    tls = await startBao({ tls: true });
  });
  afterAll(() => tls.stop());

  const health = (caCertificate: string | undefined) =>
    sessionOf(store, { ...tls, caCertificate }, 'acme', {
      webIdentityToken: async () => 'none',
    }).send({ method: 'GET', path: 'sys/health' });

  test('the configured authority is trusted, and without it the store is not', async () => {
    await expect(health(tls.caCertificate)).rejects.toThrow('Vault refuses the login: 403');
    await expect(health(undefined)).rejects.toThrow('Vault gives no answer: unreachable');
  });

  test("another authority's certificate is none", async () => {
    const stranger = await startBao({ tls: true });
    try {
      await expect(health(stranger.caCertificate)).rejects.toThrow('unreachable');
    } finally {
      await stranger.stop();
    }
  });
});
