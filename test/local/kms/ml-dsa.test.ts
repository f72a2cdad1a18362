/** Keys of ML-DSA-65: what the local KMS signs, others verify, and the reverse. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isSignatureOf, newSeed, publicKeyOf, signMessage } from '../../../local/kms/ml-dsa.ts';
import { accountId } from '../../harness/account.ts';
import { base64, testKms } from './harness.ts';

const type = { KeySpec: 'ML_DSA_65', KeyUsage: 'SIGN_VERIFY' };
const SigningAlgorithm = 'ML_DSA_SHAKE_256';
const message = Buffer.from('erased');
const publicKey = (der: Buffer): KeyObject =>
  createPublicKey({ key: der, format: 'der', type: 'spki' });

async function signing() {
  const kms = testKms();
  const KeyId = await kms.key(type);
  const whole = { KeyId, Message: message.toString('base64'), SigningAlgorithm };
  return { kms, KeyId, whole };
}

describe('ML-DSA-65', () => {
  test("a seed is the same key as OpenSSL's own", () => {
    const pair = generateKeyPairSync('ml-dsa-65' as 'ed25519');
    const { priv } = pair.privateKey.export({ format: 'jwk' }) as { priv: string };
    const seed = Buffer.from(priv, 'base64url');
    expect(seed).toHaveLength(32);
    expect(publicKeyOf(seed)).toEqual(pair.publicKey.export({ format: 'der', type: 'spki' }));
    expect(isSignatureOf(seed, message, sign(null, message, pair.privateKey))).toBe(true);
    expect(verify(null, message, pair.publicKey, signMessage(seed, message))).toBe(true);
  });

  test('a signature is of its message and key alone, and each is another', () => {
    const seed = newSeed();
    const [one, two] = [signMessage(seed, message), signMessage(seed, message)];
    expect([one.length, one.equals(two)]).toEqual([3309, false]);
    expect(isSignatureOf(seed, message, one)).toBe(true);
    expect(isSignatureOf(newSeed(), message, one)).toBe(false);
    expect(isSignatureOf(seed, Buffer.from('Erased'), one)).toBe(false);
    expect(isSignatureOf(seed, message, one.subarray(1))).toBe(false);
  });
});

describe('serialization and validation', () => {
  test.each(['Sign', 'Verify'])(
    '%s takes no digest, and no algorithm of other keys',
    async (operation) => {
      const { kms, whole } = await signing();
      const Signature = base64('x');
      const error = (input: object) => kms.error(operation, { ...whole, Signature, ...input });
      expect(await error({ MessageType: 'DIGEST' })).toBe(
        'ValidationException: Message type DIGEST is invalid for algorithm ML_DSA_SHAKE_256.',
      );
      expect(await error({ MessageType: 'EXTERNAL_MU' })).toMatch(
        /^UnsupportedOperationException: /,
      );
      expect(await error({ SigningAlgorithm: 'ECDSA_SHA_256' })).toBe(
        'InvalidKeyUsageException: Algorithm ECDSA_SHA_256 is incompatible with key spec ML_DSA_65.',
      );
    },
  );

  test('another key takes not this algorithm', async () => {
    const { kms, whole } = await signing();
    const KeyId = await kms.key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    expect(await kms.error('Sign', { ...whole, KeyId })).toBe(
      'InvalidKeyUsageException: Algorithm ML_DSA_SHAKE_256 is incompatible with key spec ECC_NIST_P256.',
    );
  });

  test('it is made to sign only, and in one region', async () => {
    const kms = testKms();
    for (const input of [{ KeyUsage: 'ENCRYPT_DECRYPT' }, { MultiRegion: true }]) {
      expect(await kms.error('CreateKey', { ...type, ...input })).toMatch(
        /^UnsupportedOperationException: /,
      );
    }
  });
});

describe('a key', () => {
  test('shows what it is for', async () => {
    const { kms, KeyId } = await signing();
    const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: accountId,
      ...type,
      CustomerMasterKeySpec: 'ML_DSA_65',
      SigningAlgorithms: [SigningAlgorithm],
    });
    expect(KeyMetadata).not.toHaveProperty('CurrentKeyMaterialId');
  });

  test.each([1, 4096])(
    'signs %d bytes so that its public key verifies them outside',
    async (length) => {
      const { kms, KeyId, whole } = await signing();
      const { PublicKey } = await kms.run('GetPublicKey', { KeyId });
      const bytes = Buffer.alloc(length, 7);
      const { Signature, ...answer } = await kms.run('Sign', {
        ...whole,
        Message: bytes.toString('base64'),
      });
      expect(answer).toEqual({ KeyId: kms.arn(KeyId), SigningAlgorithm });
      const key = publicKey(Buffer.from(PublicKey, 'base64'));
      expect(verify(null, bytes, key, Buffer.from(Signature, 'base64'))).toBe(true);
    },
  );

  test('verifies its signature, and no other message, key or signature', async () => {
    const { kms, whole } = await signing();
    const { Signature } = await kms.run('Sign', whole);
    expect(await kms.run('Verify', { ...whole, Signature })).toMatchObject({
      SignatureValid: true,
    });
    for (const wrong of [
      { Message: base64('Erased') },
      { KeyId: await kms.key(type) },
      { Signature: base64('x') },
    ]) {
      expect(await kms.error('Verify', { ...whole, Signature, ...wrong })).toBe(
        'KMSInvalidSignatureException: ',
      );
    }
  });
});
