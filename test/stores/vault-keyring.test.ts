/** The keyring of a tenant whose key is in Vault, against the real engine. */
import { describe, expect, test } from '@jest/globals';
import { KeyStoreFailure } from '../../lambdas/key-stores/keyring.ts';
import { problemOfVaultError } from '../../lambdas/key-stores/vault/vault-problem.ts';
import type { Request } from './attempts.ts';
import { bao, proxy, store, useStore } from './harness.ts';
import { keyringOf, sessionOf } from './tenant-session.ts';

useStore();

const context = { TenantId: 'acme', document: '7' };
const ofTenant = (tenant: string, at = bao.address) =>
  keyringOf(store, sessionOf(store, { address: at }, tenant), tenant);
const asRoot = (...request: Request) => store.call(bao.rootToken, ...request);
const textOf = ({ encryptedDataKey }: { readonly encryptedDataKey: Uint8Array }) =>
  Buffer.from(encryptedDataKey).toString();
/** @returns its name, and that of its cause */
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: Error) =>
      [error.name, ...(error.cause ? [(error.cause as Error).name] : [])].join(': '),
  );

test('a data key opens under its encryption context, whatever the order of its pairs', async () => {
  const keyring = ofTenant('acme');
  const made = await keyring.generateDataKey(context);
  expect(made.plaintext).toHaveLength(32);
  expect(made.context).toBe(context);
  expect(made.keyMaterialId).toBe('v1');
  expect(made.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(textOf(made.wrapped)).toMatch(/^vault:v1:[A-Za-z0-9+/]{80}$/);
  const { TenantId, document } = context;
  const opened = await keyring.unwrapDataKey(made.wrapped, { document, TenantId });
  expect(opened.plaintext).toEqual(made.plaintext);
  expect(opened.requestId).not.toBe(made.requestId);
  expect(opened.keyMaterialId).toBe('v1');
});

test('one without its plaintext opens too, and the function never sees more than the wrapped one', async () => {
  const keyring = ofTenant('acme');
  const { wrapped } = await keyring.generateDataKeyWithoutPlaintext(context);
  expect((await keyring.unwrapDataKey(wrapped, context)).plaintext).toHaveLength(32);
});

describe('a data key that there is already, as a mac key is', () => {
  test('is wrapped by the engine, opens under its context alone, and stays as it was', async () => {
    const keyring = ofTenant('acme');
    const plaintext = new Uint8Array(32).fill(7);
    const { wrapped, requestId } = await keyring.wrapDataKey(plaintext, context);
    expect(plaintext).toEqual(new Uint8Array(32).fill(7));
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(keyring.owns(wrapped)).toBe(true);
    expect((await keyring.unwrapDataKey(wrapped, context)).plaintext).toEqual(plaintext);
    const attempt = keyring.unwrapDataKey(wrapped, { ...context, document: '8' });
    expect(await failure(attempt)).toBe('CiphertextRefused');
  });

  test('is as it was also where it is a part of other bytes', async () => {
    const around = new Uint8Array(64).fill(1).fill(7, 16, 48);
    const keyring = ofTenant('acme');
    const { wrapped } = await keyring.wrapDataKey(around.subarray(16, 48), context);
    const { plaintext } = await keyring.unwrapDataKey(wrapped, context);
    expect(plaintext).toEqual(new Uint8Array(32).fill(7));
  });

  test("is not wrapped by a neighbour's key, and by none where nothing binds the context", async () => {
    const given = new Uint8Array(32);
    const session = sessionOf(store, { address: bao.address }, 'acme');
    const attempt = keyringOf(store, session, 'globex').wrapDataKey(given, context);
    expect(await failure(attempt)).toBe('VaultAccessDenied');
    proxy.ignoreAssociatedData(['datakey', 'encrypt', 'decrypt']);
    const unbound = ofTenant('acme', proxy.address).wrapDataKey(given, context);
    expect(await failure(unbound)).toBe('VaultBindsNoContext');
    proxy.ignoreAssociatedData([]);
  });
});

test('a message names the provider and the key with its mount', async () => {
  const keyring = ofTenant('acme');
  const { wrapped } = await keyring.generateDataKey(context);
  expect([wrapped.providerId, wrapped.providerInfo]).toEqual(['hashicorp-vault', keyring.keyName]);
  expect(keyring.keyName).toBe('tenant-keys/keys/acme');
  expect(keyring.owns(wrapped)).toBe(true);
  expect(ofTenant('globex').owns(wrapped)).toBe(false);
  expect(keyring.wrappedDataKeyFrom(wrapped.encryptedDataKey)).toEqual(wrapped);
  expect(keyring.wrappedDataKeyFrom(Buffer.from('vault:v1:'))).toBeUndefined();
});

describe('what does not open says no more than that', () => {
  test.each([
    ['another context', (text: string) => text, { ...context, document: '8' }],
    ['a context less', (text: string) => text, { TenantId: 'acme' }],
    [
      'another byte',
      (text: string) => text.replace(/.$/, (one) => (one === 'A' ? 'B' : 'A')),
      context,
    ],
    ['a version that is not yet', (text: string) => text.replace('v1', 'v2'), context],
    ['a version as the engine takes it too', (text: string) => text.replace('v1', 'v01'), context],
  ])('%s', async (_, change, under) => {
    const keyring = ofTenant('acme');
    const { wrapped } = await keyring.generateDataKey(context);
    const changed = Buffer.from(change(textOf(wrapped)));
    const forged = Object.assign(Object.create(Object.getPrototypeOf(wrapped)), wrapped, {
      encryptedDataKey: new Uint8Array(changed),
    });
    expect(await failure(keyring.unwrapDataKey(forged, under))).toBe('CiphertextRefused');
  });

  test("a neighbour's, under the neighbour's own context", async () => {
    const { wrapped } = await ofTenant('globex').generateDataKey({ TenantId: 'globex' });
    const attempt = ofTenant('acme').unwrapDataKey(wrapped, { TenantId: 'globex' });
    expect(await failure(attempt)).toBe('CiphertextRefused');
  });
});

test("a neighbour's keyring with one's own session is denied by the store", async () => {
  const session = sessionOf(store, { address: bao.address }, 'acme');
  const keyring = keyringOf(store, session, 'globex');
  const { wrapped } = await ofTenant('globex').generateDataKey({ TenantId: 'globex' });
  expect(await failure(keyring.generateDataKey({ TenantId: 'globex' }))).toBe('VaultAccessDenied');
  expect(await failure(keyring.unwrapDataKey(wrapped, { TenantId: 'globex' }))).toBe(
    'KeyStoreFailure: VaultAccessDenied',
  );
});

test('after a rotation new data keys are of the new version, and the old ones open', async () => {
  const keyring = ofTenant('initech');
  const old = await keyring.generateDataKey(context);
  await asRoot('POST', 'tenant-keys/keys/initech/rotate', {});
  const made = await keyring.generateDataKey(context);
  expect([old.keyMaterialId, made.keyMaterialId]).toEqual(['v1', 'v2']);
  expect((await keyring.unwrapDataKey(old.wrapped, context)).keyMaterialId).toBe('v1');

  await asRoot('POST', 'tenant-keys/keys/initech/config', { min_decryption_version: 2 });
  expect(await failure(keyring.unwrapDataKey(old.wrapped, context))).toBe(
    'KeyStoreFailure: VaultKeyVersionDisallowed',
  );
});

test('a key that is gone is a failure of the store, and no refusal of the ciphertext', async () => {
  await store.onboard('gone');
  const keyring = ofTenant('gone');
  const { wrapped } = await keyring.generateDataKey(context);
  await asRoot('POST', 'tenant-keys/keys/gone/config', { deletion_allowed: true });
  await asRoot('DELETE', 'tenant-keys/keys/gone');
  expect(await failure(keyring.generateDataKey(context))).toBe('VaultKeyNotFound');
  expect(await failure(keyring.unwrapDataKey(wrapped, context))).toBe(
    'KeyStoreFailure: VaultKeyNotFound',
  );
  const error = await keyring.unwrapDataKey(wrapped, context).catch((error) => error);
  expect(error).toBeInstanceOf(KeyStoreFailure);
  expect(problemOfVaultError(error.cause)?.code).toBe('key-revoked-by-tenant');
});

describe('the proof that associated data binds', () => {
  test('is made once a session: three requests, and a login before', async () => {
    const keyring = ofTenant('acme', proxy.address);
    proxy.seen();
    await Promise.all([keyring.generateDataKey(context), keyring.generateDataKey(context)]);
    await keyring.generateDataKey(context);
    const counts = Object.groupBy(proxy.seen(), (path) => path.replace('POST /v1/', ''));
    expect(
      Object.fromEntries(Object.entries(counts).map(([path, all]) => [path, all?.length])),
    ).toEqual({
      'auth/tenant-keys/login': 1,
      'tenant-keys/datakey/wrapped/acme': 1,
      'tenant-keys/decrypt/acme': 2,
      'tenant-keys/datakey/plaintext/acme': 3,
    });
  });

  test('where datakey ignores associated data, as in HashiCorp Vault, the function has its own key encrypted', async () => {
    proxy.ignoreAssociatedData(['datakey']);
    const keyring = ofTenant('acme', proxy.address);
    proxy.seen();
    const made = await keyring.generateDataKey(context);
    const { wrapped } = await keyring.generateDataKeyWithoutPlaintext(context);
    expect(proxy.seen().filter((path) => path.includes('datakey'))).toHaveLength(1);
    proxy.ignoreAssociatedData([]);
    const opened = await ofTenant('acme').unwrapDataKey(made.wrapped, context);
    expect(opened.plaintext).toEqual(made.plaintext);
    expect((await keyring.unwrapDataKey(wrapped, context)).plaintext).toHaveLength(32);
    const attempt = keyring.unwrapDataKey(made.wrapped, { TenantId: 'acme' });
    expect(await failure(attempt)).toBe('CiphertextRefused');
  });

  test('where nothing binds, nothing is wrapped and nothing unwrapped', async () => {
    const { wrapped } = await ofTenant('acme').generateDataKey(context);
    proxy.ignoreAssociatedData(['datakey', 'encrypt', 'decrypt']);
    const keyring = ofTenant('acme', proxy.address);
    expect(await failure(keyring.generateDataKey(context))).toBe('VaultBindsNoContext');
    expect(await failure(keyring.generateDataKeyWithoutPlaintext(context))).toBe(
      'VaultBindsNoContext',
    );
    expect(await failure(keyring.unwrapDataKey(wrapped, context))).toBe(
      'KeyStoreFailure: VaultBindsNoContext',
    );
    proxy.ignoreAssociatedData([]);
    expect(await failure(keyring.generateDataKey(context))).toBe('none');
  });
});
