/** A tenant's key in the KMS of the local stack, over HTTP. */
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  decryptEnvelope,
  encryptEnvelope,
} from '../../../../lambdas/crypto/envelope-encryption.ts';
import { parseMessage } from '../../../../lambdas/crypto/message/message-parser.ts';
import { kmsKeyring } from '../../../../lambdas/key-stores/aws-kms/kms-keyring.ts';
import { CiphertextRefused } from '../../../../lambdas/key-stores/keyring.ts';
import { uncached } from '../../crypto/raw-keyring.ts';
import { type Aws, openAws } from '../../tenants/aws.ts';

const context = { TenantId: 'acme', document: 'invoice-7' };
const plaintext = Buffer.from('x');
let aws: Aws;
let keys: [string, string];
beforeAll(async () => {
  aws = await openAws();
  const made = await Promise.all([0, 1].map(() => aws.administrator.createKey({})));
  keys = made.map(({ KeyMetadata }) => KeyMetadata?.Arn) as [string, string];
});
afterAll(() => aws.close());

const keyOf = (keyArn = keys[0], fault = {}) =>
  uncached(kmsKeyring(aws.clients(fault).kms, keyArn));
const outcome = (ciphertext: Buffer, by = keyOf()) =>
  decryptEnvelope(by, ciphertext, context).then(
    (bytes) => bytes.toString(),
    (error) => error.code ?? error.name,
  );

test('a message names its key as every Encryption SDK does, and is decrypted by that key alone', async () => {
  const message = await encryptEnvelope(keyOf(), plaintext, context);
  expect(parseMessage(message)?.wrappedDataKey).toMatchObject({
    providerId: 'aws-kms',
    providerInfo: keys[0],
  });
  expect(await outcome(message)).toBe('x');
  expect(await outcome(message, keyOf(keys[1]))).toBe('decryption-failed');
});

test('a data key names the key material that wrapped it, also when it is unwrapped', async () => {
  const { keyring } = keyOf();
  const { KeyMetadata } = await aws.administrator.describeKey({ KeyId: keys[0] });
  const dataKey = await keyring.generateDataKey(context);
  expect(dataKey.keyMaterialId).toBe(KeyMetadata?.CurrentKeyMaterialId);
  expect(dataKey.keyMaterialId).toMatch(/^[0-9a-f]{64}$/);
  await aws.administrator.rotateKeyOnDemand({ KeyId: keys[0] });
  const unwrapped = await keyring.unwrapDataKey(dataKey.wrapped, context);
  expect(unwrapped.keyMaterialId).toBe(dataKey.keyMaterialId);
});

test('a data key that was there before is wrapped as a new one is, for this key and this context alone', async () => {
  const [{ keyring }, other] = [keyOf(), keyOf(keys[1])];
  const dataKey = await other.keyring.generateDataKey(context);
  const { wrapped } = await keyring.wrapDataKey(dataKey.plaintext, context);
  const same = keyring.wrappedDataKeyFrom(wrapped.encryptedDataKey) ?? wrapped;
  expect((await keyring.unwrapDataKey(same, context)).plaintext).toEqual(dataKey.plaintext);
  await expect(other.keyring.unwrapDataKey(same, context)).rejects.toThrow(CiphertextRefused);
  await expect(keyring.unwrapDataKey(same, { TenantId: 'globex' })).rejects.toThrow();
});

test('a message that names our key but was wrapped by another is refused', async () => {
  const message = await encryptEnvelope(keyOf(keys[1]), plaintext, context);
  const at = message.indexOf(keys[1]);
  const renamed = Buffer.concat([
    message.subarray(0, at),
    Buffer.from(keys[0]),
    message.subarray(at + keys[1].length),
  ]);
  expect(parseMessage(renamed)?.wrappedDataKey.providerInfo).toBe(keys[0]);
  expect(await outcome(renamed)).toBe('decryption-failed');
});

describe('which data keys the keyring owns', () => {
  const key = (change: { providerId?: string; providerInfo?: string }) =>
    new EncryptedDataKey({
      providerId: 'aws-kms',
      providerInfo: 'arn:aws:kms:eu-central-1:111122223333:key/1',
      encryptedDataKey: new Uint8Array(1),
      ...change,
    });
  const { owns } = kmsKeyring(
    new KMSClient({ region: 'eu-central-1' }),
    'arn:aws:kms:eu-central-1:111122223333:key/1',
  );

  test.each([
    [{}, true],
    [{ providerInfo: 'arn:aws:kms:eu-central-1:111122223333:key/12' }, false],
    [{ providerInfo: 'arn:aws:kms:eu-central-1:111122223333:key/2' }, false],
    [{ providerInfo: 'alias/tenant-keys/acme' }, false],
    [{ providerInfo: '1' }, false],
    [{ providerId: 'aws-kms-hierarchy' }, false],
    [{ providerId: 'AWS-KMS' }, false],
  ])('%j: %s', (change, own) => {
    expect(owns(key(change))).toBe(own);
  });
});

test.each([
  ['ThrottlingException', 'ThrottlingException'],
  ['AccessDeniedException', 'AccessDeniedException'],
  ['DisabledException', 'DisabledException'],
  ['TimeoutError', 'TimeoutError'],
  ['InvalidCiphertextException', 'decryption-failed'],
  ['IncorrectKeyException', 'decryption-failed'],
])('KMS says %s: %s', async (name, expected) => {
  const message = await encryptEnvelope(keyOf(), plaintext, context);
  const before = () => {
    throw Object.assign(new Error('x'), { name });
  };
  expect(await outcome(message, keyOf(keys[0], { before }))).toBe(expected);
});

test('a disabled key is no failed decryption', async () => {
  const message = await encryptEnvelope(keyOf(), plaintext, context);
  await aws.administrator.disableKey({ KeyId: keys[0] });
  expect(await outcome(message)).toBe('DisabledException');
  await aws.administrator.enableKey({ KeyId: keys[0] });
  expect(await outcome(message)).toBe('x');
});
