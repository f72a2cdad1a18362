/** Clients' data keys by the keyring; with a KMS behind it they are tested end to end. */
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import { KMSClient } from '@aws-sdk/client-kms';
import { expect, test } from '@jest/globals';
import {
  decryptClientDataKey,
  generateClientDataKey,
} from '../../../lambdas/crypto/client-data-keys.ts';
import { kmsKeyring } from '../../../lambdas/key-stores/aws-kms/kms-keyring.ts';
import { type Keyring, KeyStoreFailure } from '../../../lambdas/key-stores/keyring.ts';
import { rawKeyring } from './raw-keyring.ts';

const context = { TenantId: 'acme' };

test('the data key itself is given only where it is wanted', async () => {
  const keyring = rawKeyring('acme');
  const wanted = await generateClientDataKey(keyring, context, true);
  expect(wanted.plaintext).toHaveLength(32);
  const { generateDataKey: _, ...others } = keyring;
  const unwanted = await generateClientDataKey(others as Keyring, context, false);
  expect(unwanted.plaintext).toBeUndefined();
  expect(unwanted.wrappedDataKey.length).toBeGreaterThan(0);
});

/** Nothing listens on the discard port: a call to KMS ends in an error that is no Problem. */
const outOfReach = kmsKeyring(
  new KMSClient({
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
    maxAttempts: 1,
  }),
  'arn:aws:kms:eu-central-1:111122223333:key/1',
);

test.each([0, 1, 28, 6145])('KMS is not asked about %d bytes', async (length) => {
  const decrypted = decryptClientDataKey(outOfReach, Buffer.alloc(length, 1), context);
  await expect(decrypted).rejects.toMatchObject({ code: 'decryption-failed' });
});

test.each([29, 6144])('it is about %d, and KMS out of reach is no judgement', async (length) => {
  const decrypted = decryptClientDataKey(outOfReach, Buffer.alloc(length, 1), context);
  await expect(decrypted).rejects.not.toMatchObject({ code: 'decryption-failed' });
});

const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
const unwrapping = (unwrapDataKey: Keyring['unwrapDataKey']): Keyring => ({
  ...rawKeyring('acme'),
  unwrapDataKey,
  wrappedDataKeyFrom: (encryptedDataKey) =>
    new EncryptedDataKey({ providerId: 'test', providerInfo: 'acme', encryptedDataKey }),
});

test.each<[string, Keyring['unwrapDataKey'], object]>([
  [
    'a failure of the key store',
    () => Promise.reject(new KeyStoreFailure(throttled)),
    { name: 'ThrottlingException' },
  ],
  ['a refusal', () => Promise.reject(throttled), { code: 'decryption-failed' }],
  [
    'a key of another length',
    async () => ({ plaintext: new Uint8Array(31), requestId: '1' }),
    { code: 'decryption-failed' },
  ],
])('%s is told apart', async (_, unwrapDataKey, expected) => {
  const decrypted = decryptClientDataKey(unwrapping(unwrapDataKey), Buffer.alloc(40), context);
  await expect(decrypted).rejects.toMatchObject(expected);
});
