/** Keys of RSA_2048: what the local KMS signs, others verify, and the reverse. */
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isSignatureOf } from '../../../local/kms/rsa.ts';
import { base64, testKms } from './harness.ts';

const type = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' };
const SigningAlgorithm = 'RSASSA_PKCS1_V1_5_SHA_256';
const message = Buffer.from('issued');

async function signing() {
  const kms = testKms();
  const KeyId = await kms.key(type);
  const whole = { KeyId, Message: message.toString('base64'), SigningAlgorithm };
  return { kms, KeyId, whole };
}

test("a signature of OpenSSL's own counts, and one of another padding does not", () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const digest = createHash('sha256').update(message).digest();
  expect(isSignatureOf(der, digest, sign('sha256', message, privateKey))).toBe(true);
  const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
  expect(isSignatureOf(der, digest, sign('sha256', message, pss))).toBe(false);
});

describe('a key', () => {
  test('shows what it is for', async () => {
    const { kms, KeyId } = await signing();
    const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
    expect(KeyMetadata).toMatchObject({ ...type, SigningAlgorithms: [SigningAlgorithm] });
  });

  test.each([1, 4096])(
    'signs %d bytes, and a digest, so that others verify them',
    async (length) => {
      const { kms, KeyId, whole } = await signing();
      const { PublicKey } = await kms.run('GetPublicKey', { KeyId });
      const key = createPublicKey({
        key: Buffer.from(PublicKey, 'base64'),
        format: 'der',
        type: 'spki',
      });
      expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
      const bytes = Buffer.alloc(length, 7);
      const { Signature } = await kms.run('Sign', { ...whole, Message: bytes.toString('base64') });
      expect(verify('sha256', bytes, key, Buffer.from(Signature, 'base64'))).toBe(true);
    },
  );

  test('verifies its signature, and no other message, key or signature', async () => {
    const { kms, whole } = await signing();
    const { Signature } = await kms.run('Sign', whole);
    expect(await kms.run('Verify', { ...whole, Signature })).toMatchObject({
      SignatureValid: true,
    });
    for (const wrong of [
      { Message: base64('Issued') },
      { KeyId: await kms.key(type) },
      { Signature: base64('x') },
    ]) {
      expect(await kms.error('Verify', { ...whole, Signature, ...wrong })).toBe(
        'KMSInvalidSignatureException: ',
      );
    }
  });

  test.each(['RSASSA_PSS_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_512', 'ECDSA_SHA_256'])(
    'does not sign by %s',
    async (other) => {
      const { kms, whole } = await signing();
      expect(await kms.error('Sign', { ...whole, SigningAlgorithm: other })).toBe(
        `InvalidKeyUsageException: Algorithm ${other} is incompatible with key spec RSA_2048.`,
      );
    },
  );
});
