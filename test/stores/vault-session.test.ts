/** Sessions: how often somebody logs in, and what becomes of one that ends. */
import { beforeEach, expect, jest, test } from '@jest/globals';
import { runSetup } from '../../local/vault-setup-block.ts';
import { bao, issuer, proxy, store, useStore } from './harness.ts';
import { keyringOf, sessionOf } from './tenant-session.ts';

useStore();
beforeEach(() => {
  proxy.seen();
  jest.restoreAllMocks();
});

const body = { associated_data: 'eA==' };
const newKey = { method: 'POST', path: 'tenant-keys/datakey/wrapped/acme', body } as const;
const ofAcme = (role?: string) =>
  sessionOf(store, proxy, 'acme', role === undefined ? {} : { role });
const logins = () => proxy.seen().filter((path) => path.endsWith('/login')).length;
/** Time passes for the session alone: tokens of AWS's are made by another clock. */
const now = Date.now;
const pass = (seconds: number) =>
  jest.spyOn(Date, 'now').mockImplementation(() => now() + seconds * 1000);

test('those who come together wait for one login, and who comes later needs none', async () => {
  const session = ofAcme();
  const answers = await Promise.all(Array.from({ length: 20 }, () => session.send(newKey)));
  answers.push(await session.send(newKey));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(logins()).toBe(1);
});

test('a session is opened anew a minute before it ends', async () => {
  const session = ofAcme();
  await session.send(newKey);
  pass(13 * 60);
  await session.send(newKey);
  expect(logins()).toBe(1);
  pass(15 * 60 - 30);
  await session.send(newKey);
  expect(logins()).toBe(1);
});

test('and where the clock is set back', async () => {
  const session = ofAcme();
  await session.send(newKey);
  pass(-3600);
  await session.send(newKey);
  expect(logins()).toBe(2);
});

test('a session that the store does not know any more is opened anew, once, and the request repeated', async () => {
  const session = ofAcme();
  await session.send(newKey);
  pass(10);
  proxy.break({ status: 403, body: '{"errors":["permission denied"]}' }, 'datakey');
  expect((await session.send(newKey)).status).toBe(403);
  expect(proxy.seen().map((path) => path.split('/').at(-1))).toEqual([
    ...['login', 'acme', 'acme', 'login', 'acme'],
  ]);
  proxy.break('none');
  expect((await session.send(newKey)).status).toBe(200);
  expect(logins()).toBe(0);
});

test('one that is new is refused for good: no login follows a refusal of the policy', async () => {
  const session = ofAcme();
  const neighbours = { ...newKey, path: 'tenant-keys/datakey/wrapped/globex' };
  for (let i = 0; i < 5; i += 1) expect((await session.send(neighbours)).status).toBe(403);
  expect(logins()).toBe(1);
});

test('a session that has ended at the store itself goes on, by one more login', async () => {
  const role = { ...store.roleOf('acme'), token_ttl: '7s' };
  await store.call(bao.rootToken, 'POST', 'auth/tenant-keys/role/tenant-short', role);
  const session = ofAcme('tenant-short');
  expect((await session.send(newKey)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 8_500));
  expect((await session.send(newKey)).status).toBe(200);
  expect(logins()).toBe(2);
});

test.each([
  ["at a neighbour's role", 'tenant-globex'],
  ['at a role that is not there', 'tenant-nobody'],
  ["at the reconciler's role", 'reconciler'],
])('a login %s is refused, with neither token nor words in the error', async (_, role) => {
  const jwts: string[] = [];
  const session = sessionOf(store, proxy, 'acme', {
    role,
    async webIdentityToken() {
      const jwt = await store.webIdentityToken({ principalTags: { TenantId: 'acme' } });
      jwts.push(jwt);
      return jwt;
    },
  });
  const error = await session.send(newKey).catch((error) => error);
  expect([error.name, error.message]).toEqual([
    'VaultLoginRefused',
    'Vault refuses the login: 400',
  ]);
  expect(JSON.stringify({ ...error, stack: error.stack })).not.toContain(jwts[0]);
  // The next request asks for another token: no refusal is kept.
  await session.send(newKey).catch(() => {});
  expect(jwts).toHaveLength(2);
});

test('in a namespace, everything is there and nothing outside of it', async () => {
  const namespace = 'team';
  await store.call(bao.rootToken, 'POST', 'sys/namespaces/team', {});
  const env = { ...bao.env, VAULT_NAMESPACE: namespace };
  await runSetup(env, { issuer: issuer.url });
  const { call } = store;
  const inside = (method: string, path: string, body?: object) =>
    call(bao.rootToken, method, `team/${path}`, body);
  await inside('POST', 'tenant-keys/keys/acme', { type: 'aes256-gcm96' });
  await inside('POST', 'auth/tenant-keys/role/tenant-acme', store.roleOf('acme'));
  const { data } = await inside('GET', 'sys/policies/acl/tenant-keys-tenant');
  const policy = btoa(String(data?.policy));
  await inside('POST', 'sys/policies/acl/tenant-keys-tenant-acme', { policy });

  const session = sessionOf(store, { address: bao.address, namespace }, 'acme');
  const keyring = keyringOf(store, session, 'acme', namespace);
  const context = { TenantId: 'acme' };
  const { wrapped, plaintext } = await keyring.generateDataKey(context);
  expect(wrapped.providerInfo).toBe('team/tenant-keys/keys/acme');
  expect((await keyring.unwrapDataKey(wrapped, context)).plaintext).toEqual(plaintext);
  const outside = keyringOf(store, sessionOf(store, bao, 'acme'), 'acme');
  expect(outside.owns(wrapped)).toBe(false);
  await expect(outside.unwrapDataKey(wrapped, context)).rejects.toThrow();
});
