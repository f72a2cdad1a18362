/** Which key of a tenant is used: of two which encrypts, and which open what, while the key store is being changed. */
import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, test } from '@jest/globals';
import { clientConfiguration } from '../../../lambdas/aws/client-config.ts';
import { decryptEnvelope, encryptEnvelope } from '../../../lambdas/crypto/envelope-encryption.ts';
import { pairedKeys, storedKeys } from '../../../lambdas/crypto/stored-key.ts';
import { type TenantRow, tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { rawKeyring, uncached } from './raw-keyring.ts';

const context = { TenantId: 'acme' };
const since = '2026-11-26T12:00:00.000Z';
const before = tenantRow.parse(rowOf({ keyName: 'old', keyStore: 'vault', keyArn: undefined }));
const moved = (change: object = {}): TenantRow => ({
  ...before,
  keyName: 'new',
  previousKey: { keyStore: 'vault', keyName: 'old', since, ...change },
});

const keyAt = async (row: TenantRow, ms: number) => {
  const now = () => Date.parse(since) + ms;
  const keyOf = pairedKeys(async ({ keyName = '' }) => ({ keyring: rawKeyring(keyName) }), now);
  return uncached((await keyOf(row)).keyring);
};
const encrypted = (key: Awaited<ReturnType<typeof keyAt>>) =>
  encryptEnvelope(key, Buffer.from('x'), context);
const opened = (key: Awaited<ReturnType<typeof keyAt>>, message: Buffer) =>
  decryptEnvelope(key, message, context).then(String, ({ code }) => code);

describe('from the change on', () => {
  test.each([
    [-65_000, 'old'],
    [-1, 'old'],
    [0, 'new'],
    [90_000, 'new'],
  ])('%d ms from when the key before is to rest, %s encrypts and both open', async (ms, name) => {
    const key = await keyAt(moved(), ms);
    expect(key.keyring.keyName).toBe(name);
    const [old, next] = [await keyAt(before, 0), uncached(rawKeyring('new'))];
    for (const one of [old, next]) expect(await opened(key, await encrypted(one))).toBe('x');
  });

  test('a function that has the row of before opens what one with the new row has encrypted', async () => {
    expect(await opened(await keyAt(before, -1), await encrypted(await keyAt(moved(), -1)))).toBe(
      'x',
    );
  });
});

test('a key that is pending deletion opens nothing, and a stranger never does', async () => {
  const message = await encrypted(await keyAt(before, 0));
  const key = await keyAt(moved({ status: 'OFFBOARDING' }), 0);
  expect(await opened(key, message)).toBe('decryption-failed');
  const strangers = await encrypted(uncached(rawKeyring('strangers', 9)));
  expect(await opened(await keyAt(moved(), 0), strangers)).toBe('decryption-failed');
});

test.each([
  [29_000, false],
  [30_001, true],
])('%d ms later keys of macs are rewrapped: %j', async (ms, rewraps) => {
  const keyOf = pairedKeys(
    async ({ keyName = '' }) => ({ keyring: rawKeyring(keyName) }),
    () => Date.parse(since) + ms,
  );
  expect((await keyOf(moved())).move).toEqual({ to: 'new', rewraps });
  expect((await keyOf(before)).move).toBeUndefined();
});

describe("a key in Vault is used where the tenant's row says that it is", () => {
  const vault = {
    address: 'https://vault.example',
    namespace: 'team',
    transitMount: 'tenant-keys',
    authMount: 'tenant-keys',
    audience: 'x',
    tokenIssuer: 'sts',
  } as const;
  const keyOf = (keyName: string) => {
    const configuration = { ...clientConfiguration, credentials: () => Promise.reject() };
    const identityToken = () => Promise.reject();
    const parts = { configuration, withPlugins: <C>(client: C) => client, identityToken };
    const settings = { vault, dataKeyMaxAgeSeconds: 60 };
    const ofRow = storedKeys({ settings, tenantId: 'acme' }, new KMSClient(), parts);
    return ofRow({ ...before, keyName }).then(
      ({ keyring }) => keyring.keyName,
      ({ code }) => code,
    );
  };

  test.each([
    ['team/tenant-keys/keys/acme', 'team/tenant-keys/keys/acme'],
    ['tenant-keys/keys/acme', 'key-store-unavailable'],
    ['other/tenant-keys/keys/acme', 'key-store-unavailable'],
    ['team/former-mount/keys/acme', 'key-store-unavailable'],
    ['team/tenant-keys/keys/globex', 'key-store-unavailable'],
  ])('%s: %s', async (keyName, expected) => {
    expect(await keyOf(keyName)).toBe(expected);
  });
});
