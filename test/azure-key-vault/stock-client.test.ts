/** Microsoft's own clients find in the double what they find in Azure. */
import type { TokenCredential } from '@azure/core-auth';
import { CryptographyClient, KeyClient, type KeyClientOptions } from '@azure/keyvault-keys';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Azure, startAzure } from './double/azure.ts';

let azure: Azure;
let client: KeyClient;

const options: KeyClientOptions = {
  serviceVersion: '7.5',
  disableChallengeResourceVerification: true,
  allowInsecureConnection: true,
  retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 2 },
};

/** @returns who has the rights on every key of the vault */
function officer(...dataActions: string[]): TokenCredential {
  const roleDefinitionId = azure.rbac.define({
    actions: [],
    dataActions: dataActions.map((action) => `Microsoft.KeyVault/vaults/${action}`),
  });
  const application = azure.directory.register();
  azure.rbac.assign({ scope: azure.vaultId, principalId: application.objectId, roleDefinitionId });
  return {
    getToken: async () => ({
      token: azure.tokens.issue(application, 'vault'),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
}

beforeEach(async () => {
  azure = await startAzure();
  client = new KeyClient(azure.vault.url, officer('*'), options);
});
afterEach(() => azure.close());

const make = (name = 'acme') =>
  client.createRsaKey(name, { keySize: 2048, keyOps: ['wrapKey', 'unwrapKey'], tags: { a: 'b' } });

test('a key is made, read, listed and changed', async () => {
  const made = await make();
  expect(made.key?.kty).toBe('RSA');
  expect(made.properties).toMatchObject({
    enabled: true,
    exportable: false,
    recoverableDays: 90,
    recoveryLevel: 'Recoverable',
    tags: { a: 'b' },
  });
  const read = await client.getKey('acme');
  expect(read.id).toBe(made.id);
  expect(read.keyOperations).toEqual(['wrapKey', 'unwrapKey']);
  const { version = '' } = made.properties;
  const changed = await client.updateKeyProperties('acme', version, { enabled: false });
  expect(changed.properties.enabled).toBe(false);
  expect(await names(client.listPropertiesOfKeys())).toEqual(['acme']);
});

async function names(pages: AsyncIterable<{ readonly name: string }>): Promise<string[]> {
  const all: string[] = [];
  for await (const { name } of pages) all.push(name);
  return all;
}

test('a key is rotated, and its versions are listed', async () => {
  const first = await make();
  const second = await client.rotateKey('acme');
  expect(second.properties.version).not.toBe(first.properties.version);
  expect(second.keyOperations).toEqual(['wrapKey', 'unwrapKey']);
  expect(await names(client.listPropertiesOfKeyVersions('acme'))).toHaveLength(2);
  expect((await client.getKey('acme')).id).toBe(second.id);
  expect((await client.getKey('acme', { version: first.properties.version ?? '' })).id).toBe(
    first.id,
  );
});

test('its policy rotates it, and has a notification that nobody asked for', async () => {
  await make();
  const lifetimeActions = [{ action: 'Rotate' as const, timeAfterCreate: 'P90D' }];
  const policy = await client.updateKeyRotationPolicy('acme', { lifetimeActions });
  expect(policy.lifetimeActions).toMatchObject([
    { action: 'Rotate', timeAfterCreate: 'P90D' },
    { action: 'Notify', timeBeforeExpiry: 'P30D' },
  ]);
  expect((await client.getKeyRotationPolicy('acme')).lifetimeActions).toHaveLength(2);
  azure.advance(91 * 86_400_000);
  expect(await names(client.listPropertiesOfKeyVersions('acme'))).toHaveLength(2);
});

const cryptography = (id: string | undefined, credential: TokenCredential) =>
  new CryptographyClient(id ?? '', credential, options);

test('what the client wraps by the public key on its own the vault unwraps, and the other way round', async () => {
  const key = await make();
  const dataKey = new Uint8Array(64).fill(7);
  const full = cryptography(key.id, officer('keys/read', 'keys/wrap/action', 'keys/unwrap/action'));
  azure.vault.seen();
  const wrapped = await full.wrapKey('RSA-OAEP', dataKey);
  expect(azure.vault.seen().some((request) => request.endsWith('/wrapkey'))).toBe(false);
  const unwrapped = await full.unwrapKey('RSA-OAEP', wrapped.result);
  expect(Buffer.from(unwrapped.result)).toEqual(Buffer.from(dataKey));

  const blind = cryptography(key.id, officer('keys/wrap/action', 'keys/unwrap/action'));
  const byVault = await blind.wrapKey('RSA-OAEP-256', dataKey);
  expect(azure.vault.seen()).toContain(`POST /keys/acme/${key.properties.version}/wrapkey`);
  expect(byVault.keyID).toBe(key.id);
  expect(Buffer.from((await full.unwrapKey('RSA-OAEP-256', byVault.result)).result)).toEqual(
    Buffer.from(dataKey),
  );
});

test('the rest of a deletion: deleted, recovered, deleted again, purged by time alone', async () => {
  azure.settings.transitionMs = 300;
  await make();
  const poller = await client.beginDeleteKey('acme', { intervalInMs: 50 });
  const gone = await client.getDeletedKey('acme').catch((error) => error.statusCode);
  expect(gone).toBe(404);
  const { properties } = await poller.pollUntilDone();
  expect(properties.recoveryId).toBe(`${azure.vault.url}/deletedkeys/acme`);
  const windowMs = Number(properties.scheduledPurgeDate) - Number(properties.deletedOn);
  expect(windowMs).toBe(90 * 86_400_000);
  await expect(client.getKey('acme')).rejects.toMatchObject({
    statusCode: 404,
    code: 'KeyNotFound',
  });
  await expect(make()).rejects.toMatchObject({ statusCode: 409, code: 'Conflict' });
  expect(await names(client.listDeletedKeys())).toEqual(['acme']);

  const recovery = await client.beginRecoverDeletedKey('acme', { intervalInMs: 50 });
  expect((await recovery.pollUntilDone()).name).toBe('acme');
  await (await client.beginDeleteKey('acme', { intervalInMs: 50 })).pollUntilDone();
  await expect(client.purgeDeletedKey('acme')).rejects.toMatchObject({
    statusCode: 403,
    code: 'Forbidden',
  });
  azure.advance(90 * 86_400_000);
  await expect(client.getDeletedKey('acme')).rejects.toMatchObject({ statusCode: 404 });
  expect((await make()).name).toBe('acme');
});

test('without purge protection whoever may purges', async () => {
  azure.settings.purgeProtection = false;
  expect((await make()).properties.recoveryLevel).toBe('Recoverable+Purgeable');
  await (await client.beginDeleteKey('acme', { intervalInMs: 50 })).pollUntilDone();
  await client.purgeDeletedKey('acme');
  await expect(client.getDeletedKey('acme')).rejects.toMatchObject({ statusCode: 404 });
});

test('a caller without a role is refused by RBAC, also where there is no such key', async () => {
  await make();
  const nobody = new KeyClient(azure.vault.url, officer('keys/wrap/action'), options);
  for (const name of ['acme', 'globex']) {
    const refused = await nobody.getKey(name).catch((error) => error);
    expect(refused).toMatchObject({ statusCode: 403, code: 'Forbidden' });
    expect(refused.message).toContain("Action: 'Microsoft.KeyVault/vaults/keys/read'");
    expect(refused.details.error.innerError.code).toBe('ForbiddenByRbac');
  }
});

test('a client without a token is told where to get one', async () => {
  const response = await fetch(`${azure.vault.url}/keys/acme?api-version=7.4`);
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('resource="https://vault.azure.net"');
});

test('a disabled version wraps, but does not unwrap', async () => {
  const key = await make();
  const both = cryptography(key.id, officer('keys/wrap/action', 'keys/unwrap/action'));
  const { result } = await both.wrapKey('RSA-OAEP-256', new Uint8Array(32));
  await client.updateKeyProperties('acme', key.properties.version ?? '', { enabled: false });
  await both.wrapKey('RSA-OAEP-256', new Uint8Array(32));
  const refused = await both.unwrapKey('RSA-OAEP-256', result).catch((error) => error);
  expect(refused).toMatchObject({ statusCode: 403 });
  expect(refused.message).toBe('Operation unwrapKey is not allowed on a disabled key.');
});

test('an operation that the key is not for is refused, and so is a ciphertext that is none', async () => {
  const key = await make();
  const all = cryptography(key.id, officer('keys/*/action'));
  await expect(all.decrypt('RSA-OAEP-256', new Uint8Array(256))).rejects.toMatchObject({
    statusCode: 403,
    message: 'Operation decrypt is not permitted on this key.',
  });
  await expect(all.unwrapKey('RSA-OAEP-256', new Uint8Array(256))).rejects.toMatchObject({
    statusCode: 400,
    code: 'BadParameter',
  });
});

test('the client waits for as long as the vault says, and asks again', async () => {
  await make();
  azure.vault.break({ status: 429, headers: { 'Retry-After': '1' }, body: '{}' });
  setTimeout(() => azure.vault.break('none'), 500);
  azure.vault.seen();
  expect((await client.getKey('acme')).name).toBe('acme');
  expect(azure.vault.seen()).toHaveLength(2);
});

test('the private part of a key is never shown', async () => {
  const { key = {} } = await make();
  const shown = Object.entries(key).filter(([, value]) => value !== undefined);
  expect(shown.map(([name]) => name).toSorted()).toEqual(['e', 'keyOps', 'kid', 'kty', 'n']);
});
