/** A tenant's session at Azure and what it wraps: how often it signs in, what it trusts, and what a failure is to the caller. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { TenantOfStore } from '../../lambdas/key-stores/key-administration.ts';
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;
let tenant: TenantOfStore;

beforeAll(async () => {
  product = await startProduct();
  const onboarded = await product.onboard('acme');
  // Older than a role assignment takes to count.
  tenant = { ...onboarded, keyCreatedAt: '2020-01-01T00:00:00.000Z' };
});
afterAll(() => product.close());
afterEach(() => {
  jest.restoreAllMocks();
  for (const service of services()) service.break('none');
});

const services = () => {
  const { vault, entra, resourceManager } = product.azure;
  return [vault, entra, resourceManager];
};
const context = { TenantId: 'acme' };
const signIns = () => product.azure.entra.seen().length;
const problem = (code: string) => expect.objectContaining({ code });
const caused = (code: string) => expect.objectContaining({ cause: problem(code) });
const refused = expect.objectContaining({ name: 'CiphertextRefused' });

/** The clock alone: what waits goes on. */
function passing(ms: number): void {
  const now = Date.now() + ms;
  jest.restoreAllMocks();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
}

/** @returns a wrapped data key with some of its bytes changed */
async function changed(keyring: Keyring, change: (bytes: Uint8Array) => void) {
  const { wrapped } = await keyring.generateDataKey(context);
  const bytes = new Uint8Array(wrapped.encryptedDataKey);
  change(bytes);
  const again = keyring.wrappedDataKeyFrom(bytes);
  if (again === undefined) throw new Error('the keyring does not take it');
  return again;
}

describe('the session', () => {
  test('is opened once, for all who come meanwhile and afterwards', async () => {
    const keyring = product.keyring(tenant);
    signIns();
    await Promise.all([1, 2, 3].map(() => keyring.generateDataKey(context)));
    await keyring.generateDataKey(context);
    expect(signIns()).toBe(1);
  });

  test('is opened anew after 15 minutes at most, though Entra’s token lives longer', async () => {
    const keyring = product.keyring(tenant);
    await keyring.generateDataKey(context);
    signIns();
    passing(13 * 60_000);
    await keyring.generateDataKey(context);
    expect(signIns()).toBe(0);
    passing(2 * 60_000);
    await expect(keyring.generateDataKey(context)).resolves.toBeDefined();
    expect(signIns()).toBe(1);
  });

  test('a token that the vault does not take any more is replaced, once', async () => {
    const keyring = product.keyring(tenant);
    await keyring.generateDataKey(context);
    product.azure.tokens.revokeAll();
    // Of a session that is new the refusal is meant.
    await expect(keyring.generateDataKey(context)).rejects.toThrow(
      problem('key-store-unavailable'),
    );
    passing(6_000);
    signIns();
    await keyring.generateDataKey(context);
    expect(signIns()).toBe(1);
  });

  test.each([
    ['another tenant', { sub: 'tenant:globex' }],
    [
      'the role of all tenants, as AWS’s tokens have it',
      { sub: 'arn:aws:iam::111122223333:role/T' },
    ],
    ['the tenant in other letters', { sub: 'tenant:ACME' }],
  ])('a token whose subject is %s signs in nobody', async (_, claims) => {
    await expect(product.keyring(tenant, claims).generateDataKey(context)).rejects.toThrow(
      problem('key-revoked-by-tenant'),
    );
  });

  test('an issuer that Entra cannot read is no revocation', async () => {
    const issuer = 'http://127.0.0.1:9';
    const known = product.azure.identities.get('tenant-acme')?.application.credentials;
    const credential = known?.get('tenant-keys');
    if (known === undefined || credential === undefined) throw new Error('no credential');
    known.set('tenant-keys', { ...credential, issuer });
    const assertion = () =>
      product.issuer.token({ sub: 'tenant:acme', aud: 'api://AzureADTokenExchange', iss: issuer });
    try {
      const { tenantAzureKeyring } = await import(
        '../../lambdas/key-stores/azure-key-vault/tenant-azure-keyring.ts'
      );
      const of = { tenantId: 'acme', clientId: tenant.keyClientId ?? '', keyCreatedAt: undefined };
      const keyring = tenantAzureKeyring(product.settings, of, assertion);
      await expect(keyring.generateDataKey(context)).rejects.toThrow(
        problem('key-store-unavailable'),
      );
    } finally {
      known.set('tenant-keys', credential);
    }
  });
});

describe('what does not open', () => {
  test('a version that the key never had: the ciphertext is refused, the key is not called gone', async () => {
    const keyring = product.keyring(tenant);
    const forged = await changed(keyring, (bytes) => bytes.fill(7, 0, 16));
    await expect(keyring.unwrapDataKey(forged, context)).rejects.toThrow(refused);
  });

  test.each([16, 17, 271])('a changed byte at %i', async (at) => {
    const keyring = product.keyring(tenant);
    const forged = await changed(keyring, (bytes) => bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1));
    await expect(keyring.unwrapDataKey(forged, context)).rejects.toThrow(refused);
  });

  test('a data key that somebody wrapped by the public key alone, without the context', async () => {
    const keyring = product.keyring(tenant);
    const send = product.send('certificates');
    const { keyPath } = await import('../../lambdas/key-stores/azure-key-vault/azure-names.ts');
    // `keys/read` is enough for the double, as Microsoft's list of permissions says of a public key.
    const { body } = await send({
      service: 'vault',
      method: 'POST',
      path: keyPath('acme', '//wrapkey'),
      operation: { name: 'POST keys/wrapkey', tenantId: 'acme' },
      body: { alg: 'RSA-OAEP-256', value: Buffer.alloc(32, 1).toString('base64url') },
    });
    const value = Buffer.from(String(body?.value), 'base64url');
    const forged = await changed(keyring, (bytes) => bytes.set(value, 16));
    await expect(keyring.unwrapDataKey(forged, context)).rejects.toThrow(refused);
  });

  test('a wrapped data key of another key, or of no key of the store', async () => {
    const keyring = product.keyring(tenant);
    const { wrapped } = await keyring.generateDataKey(context);
    expect(keyring.owns(wrapped)).toBe(true);
    const { providerId, providerInfo, encryptedDataKey } = wrapped;
    const others = [
      { providerId: 'aws-kms', providerInfo, encryptedDataKey },
      { providerId, providerInfo: `${providerInfo}-2`, encryptedDataKey },
      { providerId, providerInfo, encryptedDataKey: encryptedDataKey.slice(1) },
    ];
    for (const other of others) expect(keyring.owns({ ...wrapped, ...other } as never)).toBe(false);
  });
});

describe('when something is wrong', () => {
  test.each([
    ['vault', 'silent', 3],
    ['vault', 'reset', 3],
    ['vault', 'cut', 3],
    ['vault', { status: 429, headers: { 'Retry-After': '1' } }, 3],
    ['vault', { status: 503 }, 3],
    ['vault', { status: 302, headers: { Location: 'http://127.0.0.1:9' } }, 1],
    ['vault', { status: 200, body: '<html>' }, 1],
    ['vault', { status: 200, body: '{"value":"x"}' }, 1],
    ['vault', { status: 404, body: '{"error":{"code":"ResourceNotFound"}}' }, 1],
    ['entra', 'reset', 3],
    ['entra', { status: 500 }, 3],
    ['entra', { status: 400, body: '{"error":"none of Entra\'s"}' }, 1],
    [
      'entra',
      { status: 200, body: '{"access_token":"a\\nb","token_type":"Bearer","expires_in":9}' },
      1,
    ],
  ] as const)(
    '%s answers %j: asked %i times, and nothing is given out',
    async (name, fault, times) => {
      const keyring = product.keyring(tenant);
      if (name === 'vault') await keyring.generateDataKey(context);
      const service = product.azure[name];
      service.break(fault);
      service.seen();
      await expect(keyring.generateDataKey(context)).rejects.toThrow(
        problem('key-store-unavailable'),
      );
      expect(service.seen()).toHaveLength(times);
      service.break('none');
      await keyring.generateDataKey(context);
    },
    20_000,
  );

  test('a version of another key in the answer is none of Azure’s', async () => {
    const kid = `${product.azure.vault.url}/keys/globex/${'0'.repeat(32)}`;
    const keyring = product.keyring(tenant);
    await keyring.generateDataKey(context);
    const body = JSON.stringify({ kid, value: Buffer.alloc(256).toString('base64url') });
    product.azure.vault.break({ status: 200, body });
    await expect(keyring.generateDataKey(context)).rejects.toThrow(
      problem('key-store-unavailable'),
    );
  });

  test('a key that is deleted is a revocation, for what it has wrapped too', async () => {
    const leaving = await product.onboard('leaving');
    const of = { TenantId: 'leaving' };
    const keyring = product.keyring({ ...leaving, keyCreatedAt: tenant.keyCreatedAt });
    const { wrapped } = await keyring.generateDataKey(of);
    await product
      .administration()
      .keyOf(leaving, Date.now() + 9_999)
      .scheduleDeletion(30);
    const revoked = 'key-revoked-by-tenant';
    await expect(keyring.unwrapDataKey(wrapped, of)).rejects.toThrow(caused(revoked));
    await expect(keyring.generateDataKey(of)).rejects.toThrow(problem(revoked));
  });
});
