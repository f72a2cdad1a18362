/** The fault matrix of Azure: whatever is wrong with whichever service, each request ends in time, with an error that has a name. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { azureClient } from '../../lambdas/key-stores/azure-key-vault/azure-client.ts';
import { azureKeyring } from '../../lambdas/key-stores/azure-key-vault/azure-keyring.ts';
import { problemOfAzureError } from '../../lambdas/key-stores/azure-key-vault/azure-problem.ts';
import { scopesOf } from '../../lambdas/key-stores/azure-key-vault/azure-scopes.ts';
import { entraSession } from '../../lambdas/key-stores/azure-key-vault/entra-session.ts';
import type { TenantOfStore } from '../../lambdas/key-stores/key-administration.ts';
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import { requestStats, withRequestStats } from '../../lambdas/observability/request-stats.ts';
import type { Fault } from '../stores/fault-proxy.ts';
import { startIssuer } from '../stores/web-identity.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;
let tenant: TenantOfStore;
let keyring: Keyring;
let wrapped: Awaited<ReturnType<Keyring['generateDataKey']>>['wrapped'];

const context = { TenantId: 'acme' };

beforeAll(async () => {
  product = await startProduct();
  tenant = await product.onboard('acme');
});
afterAll(() => product.close());
beforeEach(async () => {
  mend();
  keyring = newKeyring();
  ({ wrapped } = await keyring.generateDataKey(context));
  seen();
});

const services = () => [product.azure.vault, product.azure.entra, product.azure.resourceManager];
const mend = () => {
  for (const service of services()) service.break('none');
};
const seen = () => services().flatMap((service) => service.seen());

/** Of the data plane, with the errors that it has before they are Problems. */
function newKeyring(assertion?: () => Promise<string>): Keyring {
  const { settings, issuer } = product;
  const session = entraSession(
    azureClient(settings),
    {
      azureTenantId: settings.azureTenantId,
      clientId: tenant.keyClientId ?? '',
      tenantId: 'acme',
      assertion: assertion ?? (() => issuer.token({ sub: 'tenant:acme', aud: settings.audience })),
    },
    scopesOf(settings),
  );
  return azureKeyring(session, { vaultUrl: settings.vaultUrl, tenantId: 'acme' });
}

/** @returns the fault, or the error's name; how many requests Azure has had */
async function outcome(call: () => Promise<unknown>, leftMs = 15_000) {
  const begunAt = performance.now();
  return withRequestStats(
    { getRemainingTimeInMillis: () => leftMs - (performance.now() - begunAt) },
    async () => {
      const ends = await call().then(
        () => 'done',
        (error) => {
          const cause = error.cause ?? error;
          expect(JSON.stringify({ ...error, stack: error.stack })).not.toMatch(/eyJ/);
          if (cause.name === 'AzureUnavailable')
            expect(problemOfAzureError(cause, undefined)?.code).toBe('key-store-unavailable');
          return cause.fault ?? cause.name;
        },
      );
      return [ends, seen().length, requestStats()?.counts.KeyStoreCalls];
    },
  );
}

const generate = () => keyring.generateDataKey(context);
const unwrap = () => keyring.unwrapDataKey(wrapped, context);

const page = '<html>Bad gateway</html>';
const error = (code: string) => JSON.stringify({ error: { code, message: 'x' } });
const faults: readonly (readonly [string, Fault, string, number])[] = [
  ['resets the connection', 'reset', 'unreachable', 3],
  ['ends amid its answer', 'cut', 'unreachable', 3],
  ['is a load balancer without a node behind it', { status: 502, body: page }, 'failed', 3],
  ['has an error', { status: 500, body: error('InternalServerError') }, 'failed', 3],
  ['is not there for a while', { status: 503, body: error('ServiceUnavailable') }, 'failed', 3],
  [
    'throttles',
    { status: 429, headers: { 'Retry-After': '1' }, body: error('Throttled') },
    'throttled',
    3,
  ],
  [
    'sends to another',
    { status: 307, headers: { Location: 'http://127.0.0.1:1/x' } },
    'nonsense',
    1,
  ],
  ['answers with a page', { status: 200, body: page }, 'nonsense', 1],
  ['answers without what was asked for', { status: 200, body: '{}' }, 'nonsense', 1],
  ['answers without an end', { status: 200, body: `"${'x'.repeat(2_000_000)}"` }, 'nonsense', 1],
];

describe.each(faults)('a vault that %s', (_, fault, expected, attempts) => {
  test.each([
    ['a new data key', generate],
    ['an old one', unwrap],
  ])('%s', async (_name, call) => {
    product.azure.vault.break(fault);
    expect(await outcome(call)).toEqual([expected, attempts, attempts]);
    mend();
    expect((await outcome(call))[0]).toBe('done');
  });
});

test.each(faults)('an Entra that %s', async (_, fault, expected, attempts) => {
  keyring = newKeyring();
  product.azure.entra.break(fault);
  expect(await outcome(unwrap)).toEqual([expected, attempts, attempts]);
  mend();
  expect((await outcome(unwrap))[0]).toBe('done');
});

test('an Entra that is down stops no session that is open', async () => {
  product.azure.entra.break('reset');
  expect((await outcome(generate))[0]).toBe('done');
  expect((await outcome(unwrap))[0]).toBe('done');
});

test('a vault that says nothing takes as long as one attempt, and none begins without that time', async () => {
  product.azure.vault.break('silent');
  const begunAt = performance.now();
  expect(await outcome(unwrap, 5_000)).toEqual(['OutOfTime', 1, 1]);
  expect(performance.now() - begunAt).toBeLessThan(4_500);
  expect(await outcome(unwrap, 3_400)).toEqual(['OutOfTime', 0, undefined]);
});

test('with time enough, it is slow', async () => {
  product.azure.vault.break('silent');
  expect(await outcome(generate, 60_000)).toEqual(['slow', 3, 3]);
});

test('an issuer whose keys Entra does not reach says nothing of the tenant', async () => {
  const gone = await startIssuer();
  const application = product.azure.directory.find(tenant.keyClientId ?? '');
  const audiences = [product.settings.audience];
  application?.credentials.set('gone', { issuer: gone.url, subject: 'x', audiences, since: 0 });
  const token = await gone.token({ sub: 'x', aud: product.settings.audience });
  gone.close();
  keyring = newKeyring(async () => token);
  expect((await outcome(generate))[0]).toBe('issuer-unreachable');
  expect((await outcome(unwrap))[0]).toBe('issuer-unreachable');
  application?.credentials.delete('gone');
});

test('a session that Entra has ended is opened anew, once', async () => {
  const later = Date.now() + 6_000;
  const { now } = Date;
  product.azure.tokens.revokeAll();
  Date.now = () => later;
  try {
    expect(await outcome(unwrap)).toEqual(['done', 3, 3]);
  } finally {
    Date.now = now;
  }
});

test('a session that was just opened and is refused is no session', async () => {
  keyring = newKeyring();
  product.azure.vault.break({ status: 401, body: error('Unauthorized') });
  expect((await outcome(generate)).slice(1)).toEqual([2, 2]);
});

test.each([
  ['no session', {}],
  ['a token of another kind', { token_type: 'mac', expires_in: 3600, access_token: 'x' }],
  ['a token that is no text', { token_type: 'Bearer', expires_in: 3600, access_token: 5 }],
  ['a token with a line end', { token_type: 'Bearer', expires_in: 3600, access_token: 'a\nb: c' }],
  ['no end of the session', { token_type: 'Bearer', access_token: 'x' }],
])('a sign-in that is answered with %s opens none', async (_, body) => {
  keyring = newKeyring();
  product.azure.entra.break({ status: 200, body: JSON.stringify(body) });
  expect(await outcome(generate)).toEqual(['nonsense', 1, 1]);
});

test.each([
  ['another tenant’s key', '/keys/globex/0123456789abcdef0123456789abcdef'],
  ['a version that is none', '/keys/acme/1'],
  ['a key of another vault', 'https://example.com/keys/acme/0123456789abcdef0123456789abcdef'],
])('a wrapping that the vault says is by %s is none', async (_, at) => {
  const kid = new URL(at, product.azure.vault.url).href;
  const value = Buffer.alloc(256).toString('base64url');
  product.azure.vault.break({ status: 200, body: JSON.stringify({ kid, value }) });
  expect((await outcome(generate))[0]).toBe('nonsense');
});

test('a data key that the vault unwraps to another length is none', async () => {
  const kid = `${product.azure.vault.url}/keys/acme/${Buffer.from(wrapped.encryptedDataKey.subarray(0, 16)).toString('hex')}`;
  product.azure.vault.break({ status: 200, body: JSON.stringify({ kid, value: 'AAAA' }) });
  expect((await outcome(unwrap))[0]).toBe('CiphertextRefused');
});

test('a ciphertext of another version, or one that was touched, is refused and no fault', async () => {
  const touched = new Uint8Array(wrapped.encryptedDataKey);
  touched[100] = (touched[100] ?? 0) ^ 1;
  const otherVersion = new Uint8Array(wrapped.encryptedDataKey);
  otherVersion[0] = (otherVersion[0] ?? 0) ^ 1;
  for (const bytes of [touched, otherVersion]) {
    const given = keyring.wrappedDataKeyFrom(bytes);
    if (given === undefined) throw new Error('the keyring does not know it');
    expect((await outcome(() => keyring.unwrapDataKey(given, context)))[0]).toBe(
      'CiphertextRefused',
    );
  }
});

describe('administration', () => {
  const answers = async (call: () => Promise<unknown>): Promise<string> =>
    call().then(
      () => 'done',
      ({ code, name }) => code ?? name,
    );
  const drift = () => product.administration('reconciler').driftOf(tenant, 'Enabled');
  const keyOf = () => product.administration().keyOf(tenant, Date.now() + 20_000);

  test.each(faults)(
    'Azure Resource Manager %s: the reconciler finds nothing, and says why',
    async (_, fault) => {
      product.azure.resourceManager.break(fault);
      expect(await answers(drift)).toBe('key-store-unavailable');
    },
  );

  test.each(faults)('the vault %s: no drift, no erasure, no missing key', async (_, fault) => {
    product.azure.vault.break(fault);
    expect(await answers(drift)).toBe('key-store-unavailable');
    expect(
      await keyOf()
        .isDeleted()
        .catch(() => 'unknown'),
    ).not.toBe(true);
    expect(await answers(() => keyOf().describe())).toBe('key-store-unavailable');
  });

  test.each([
    ['a proxy', { status: 404, body: page }],
    ['a group that is gone', { status: 404, body: error('ResourceGroupNotFound') }],
    ['a caller without rights', { status: 403, body: error('Forbidden') }],
  ])('%s that says 404 or 403 shows no erasure', async (_, fault) => {
    product.azure.vault.break(fault);
    expect(await answers(() => keyOf().isDeleted())).toBe('key-store-unavailable');
  });

  test('what must not be done twice is sent once where no answer comes, and again where nothing was done', async () => {
    product.azure.vault.break('reset', 'POST /keys/acme/rotate');
    await answers(() => keyOf().rotate());
    expect(seen().filter((one) => one.endsWith('/rotate'))).toHaveLength(1);
    product.azure.vault.break({ status: 429, body: error('Throttled') }, 'POST /keys/acme/rotate');
    expect(await answers(() => keyOf().rotate())).toBe('key-store-unavailable');
    expect(seen().filter((one) => one.endsWith('/rotate'))).toHaveLength(3);
  });

  test('more tenants than a subscription has role assignments for: none is half let in', async () => {
    product.azure.settings.mostAssignments = product.azure.rbac.assignments().length;
    expect(await answers(() => product.onboard('globex'))).toBe('key-store-unavailable');
    product.azure.settings.mostAssignments = 4000;
    const given = product.azure.rbac.assignments().filter(({ scope }) => scope.endsWith('/globex'));
    expect(given).toEqual([]);
  });
});
