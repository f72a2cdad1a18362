import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, test } from '@jest/globals';
import { decryptDirect, reencryptDirect } from '../../../lambdas/crypto/direct-encryption.ts';
import { isMessage } from '../../../lambdas/crypto/message/message-parser.ts';

/** Nothing listens on the discard port: a call to KMS ends in an error that is no Problem. */
const kms = new KMSClient({
  endpoint: 'http://127.0.0.1:9',
  region: 'eu-central-1',
  credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
  maxAttempts: 1,
});
const key = { kms, keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1' };
const context = { TenantId: 'acme' };
const operations = {
  decrypt: (ciphertext: Buffer) => decryptDirect(key, ciphertext, context),
  reencrypt: (ciphertext: Buffer) =>
    reencryptDirect(key, ciphertext, { from: context, to: context }),
};

describe.each(Object.entries(operations))('%s', (_, operation) => {
  test.each([0, 1, 28, 6145, 4_000_000])('does not ask KMS about %d bytes', async (length) => {
    await expect(operation(Buffer.alloc(length, 1))).rejects.toMatchObject({
      code: 'decryption-failed',
    });
  });

  test.each([29, 6144])('asks about %d, and KMS out of reach is no judgement', async (length) => {
    const asked = operation(Buffer.alloc(length, 1));
    await expect(asked).rejects.not.toMatchObject({ code: 'decryption-failed' });
  });
});

test.each([
  [[2, 4, 0x78], true],
  [[2, 5, 0x78], true],
  [[2, 4], false],
  [[2, 4, 0x79], false],
  [[2, 1, 0x78], false],
  [[1, 4, 0x78], false],
  [[1, 0x80, 2, 4, 0x78], false],
  [[], false],
])('bytes that begin %j are a message: %p', (bytes, expected) => {
  expect(isMessage(Buffer.from(bytes))).toBe(expected);
});
