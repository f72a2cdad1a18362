import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { accountId } from '../../harness/account.ts';
import { base64, broken, start, testKms } from './harness.ts';

const type = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
const SigningAlgorithm = 'ECDSA_SHA_256';
const Message = base64('erased');
const incorrectKey =
  'IncorrectKeyException: The key ID in the request does not identify a CMK that can perform this operation.';
const digest = createHash('sha256').update('erased').digest().toString('base64');

async function signing() {
  const kms = testKms();
  const KeyId = await kms.key(type);
  const sign = (input: object = {}) =>
    kms.run('Sign', { KeyId, Message, SigningAlgorithm, ...input });
  return { kms, KeyId, sign };
}

describe.each(['Sign', 'Verify'])('%s: serialization and validation', (operation) => {
  const Signature = base64('x');
  test.each([
    [{ Message: 5 }, 'NUMBER_VALUE can not be converted to a Blob'],
    [{ Message: '*' }, 'Invalid base64 in a Blob'],
    [{ DryRun: 'no' }, 'STRING_VALUE can not be converted to a Boolean'],
  ])('%j', async (input, message) => {
    const { kms, KeyId } = await signing();
    const whole = { KeyId, Message, SigningAlgorithm, Signature, ...input };
    expect(await kms.error(operation, whole)).toBe(`SerializationException: ${message}`);
  });

  test.each([
    [{ Message: undefined }, "null at 'message'", 'not be null'],
    [{ Message: '' }, "at 'message'", 'have length greater than or equal to 1'],
    [
      { Message: Buffer.alloc(4097).toString('base64') },
      "at 'message'",
      'have length less than or equal to 4096',
    ],
    [{ SigningAlgorithm: undefined }, "null at 'signingAlgorithm'", 'not be null'],
    [
      { MessageType: 'HASH' },
      "'HASH' at 'messageType'",
      'satisfy enum value set: [RAW, DIGEST, EXTERNAL_MU]',
    ],
  ])('%#', async (input, value, constraint) => {
    const { kms, KeyId } = await signing();
    const whole = { KeyId, Message, SigningAlgorithm, Signature, ...input };
    expect(await kms.error(operation, whole)).toBe(broken(value, constraint));
  });

  test.each([31, 33, 4096])('a digest of %d bytes', async (length) => {
    const { kms, KeyId } = await signing();
    const whole = { KeyId, SigningAlgorithm, Signature, MessageType: 'DIGEST' };
    const Long = Buffer.alloc(length).toString('base64');
    expect(await kms.error(operation, { ...whole, Message: Long })).toBe(
      'ValidationException: Digest is invalid length for algorithm ECDSA_SHA_256.',
    );
  });

  test('an algorithm of other keys, and a message type of other algorithms', async () => {
    const { kms, KeyId } = await signing();
    const whole = { KeyId, Message, Signature };
    expect(await kms.error(operation, { ...whole, SigningAlgorithm: 'RSASSA_PSS_SHA_256' })).toBe(
      'InvalidKeyUsageException: Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec ECC_NIST_P256.',
    );
    expect(
      await kms.error(operation, { ...whole, SigningAlgorithm, MessageType: 'EXTERNAL_MU' }),
    ).toMatch(/^ValidationException: /);
  });
});

describe('a signing key', () => {
  test('shows what it is for, and no encryption', async () => {
    const { kms, KeyId } = await signing();
    const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
    expect(KeyMetadata).toEqual({
      AWSAccountId: accountId,
      KeyId,
      Arn: kms.arn(KeyId),
      CreationDate: start / 1000,
      Enabled: true,
      Description: '',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: 'ECC_NIST_P256',
      ...type,
      SigningAlgorithms: ['ECDSA_SHA_256'],
      MultiRegion: false,
    });
  });

  test('signs messages and digests so that its public key verifies them outside', async () => {
    const { kms, KeyId, sign } = await signing();
    const { PublicKey, ...rest } = await kms.run('GetPublicKey', { KeyId });
    expect(rest).toEqual({
      KeyId: kms.arn(KeyId),
      CustomerMasterKeySpec: 'ECC_NIST_P256',
      ...type,
      SigningAlgorithms: ['ECDSA_SHA_256'],
    });
    const key = createPublicKey({
      key: Buffer.from(PublicKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    for (const input of [{}, { MessageType: 'DIGEST', Message: digest }]) {
      const { Signature, ...answer } = await sign(input);
      expect(answer).toEqual({ KeyId: kms.arn(KeyId), SigningAlgorithm });
      const signature = Buffer.from(Signature, 'base64');
      expect(verify('sha256', Buffer.from('erased'), key, signature)).toBe(true);
    }
  });

  test('verifies its signature in either form, and no other message, key or signature', async () => {
    const { kms, KeyId, sign } = await signing();
    const { Signature } = await sign();
    const whole = { KeyId, Message, SigningAlgorithm, Signature };
    const valid = { KeyId: kms.arn(KeyId), SignatureValid: true, SigningAlgorithm };
    expect(await kms.run('Verify', whole)).toEqual(valid);
    const asDigest = { ...whole, MessageType: 'DIGEST', Message: digest };
    expect(await kms.run('Verify', asDigest)).toEqual(valid);
    for (const wrong of [
      { Message: base64('Erased') },
      { KeyId: await kms.key(type) },
      { Signature: base64('x') },
    ]) {
      expect(await kms.error('Verify', { ...whole, ...wrong })).toBe(
        'KMSInvalidSignatureException: ',
      );
    }
  });

  test('gives the policies the algorithm, the message type and the type of key', async () => {
    const { kms, KeyId, sign } = await signing();
    await sign({ MessageType: 'DIGEST', Message: digest });
    expect(kms.checks.at(-1)).toMatchObject({
      action: 'kms:Sign',
      resource: kms.arn(KeyId),
      context: {
        'kms:SigningAlgorithm': SigningAlgorithm,
        'kms:MessageType': 'DIGEST',
        'kms:KeySpec': 'ECC_NIST_P256',
        'kms:KeyUsage': 'SIGN_VERIFY',
      },
    });
    await kms.run('GetPublicKey', { KeyId });
    expect(kms.checks.at(-1)?.context).not.toHaveProperty('kms:SigningAlgorithm');
  });

  test('is used by Sign and Verify, not by GetPublicKey, a dry run or a wrong signature', async () => {
    const { kms, KeyId, sign } = await signing();
    const used = async () => (await kms.run('GetKeyLastUsage', { KeyId })).KeyLastUsage.Operation;
    await kms.run('GetPublicKey', { KeyId });
    const whole = { KeyId, Message, SigningAlgorithm };
    expect(await kms.error('Sign', { ...whole, DryRun: true })).toMatch(/^DryRunOperation/);
    expect(await used()).toBeUndefined();
    const { Signature } = await sign();
    await kms.error('Verify', { ...whole, Signature: base64('x') });
    expect(await used()).toBe('Sign');
    await kms.run('Verify', { ...whole, Signature });
    expect(await used()).toBe('Verify');
  });

  test('disabled or pending deletion neither signs, verifies nor gives its public key', async () => {
    const { kms, KeyId } = await signing();
    const whole = { KeyId, Message, SigningAlgorithm, Signature: base64('x') };
    await kms.run('DisableKey', { KeyId });
    for (const operation of ['Sign', 'Verify', 'GetPublicKey']) {
      expect(await kms.error(operation, whole)).toBe(
        `DisabledException: ${kms.arn(KeyId)} is disabled.`,
      );
    }
    await kms.run('ScheduleKeyDeletion', { KeyId });
    for (const operation of ['Sign', 'Verify', 'GetPublicKey']) {
      expect(await kms.error(operation, whole)).toBe(
        `KMSInvalidStateException: ${kms.arn(KeyId)} is pending deletion.`,
      );
    }
  });

  test.each([
    ['Encrypt', { Plaintext: base64('x') }],
    ['GenerateDataKey', { KeySpec: 'AES_256' }],
    ['GenerateDataKeyWithoutPlaintext', { KeySpec: 'AES_256' }],
  ])('is not for %s', async (operation, input) => {
    const { kms, KeyId } = await signing();
    expect(await kms.error(operation, { KeyId, ...input })).toBe(
      `InvalidKeyUsageException: ${kms.arn(KeyId)} key usage is SIGN_VERIFY which is not valid for ${operation}.`,
    );
  });

  test('is neither source nor destination of ReEncrypt', async () => {
    const { kms, KeyId } = await signing();
    const symmetric = await kms.key();
    const { CiphertextBlob } = await kms.run('Encrypt', { KeyId: symmetric, Plaintext: Message });
    expect(await kms.error('ReEncrypt', { CiphertextBlob, DestinationKeyId: KeyId })).toBe(
      `InvalidKeyUsageException: ${kms.arn(KeyId)} key usage is SIGN_VERIFY which is not valid for ReEncrypt.`,
    );
    const from = { CiphertextBlob, SourceKeyId: KeyId, DestinationKeyId: symmetric };
    expect(await kms.error('ReEncrypt', from)).toBe(incorrectKey);
  });

  // Recorded on AWS for a ciphertext of another key. For bytes that are none, AWS's answer is not known.
  test('named by Decrypt is IncorrectKeyException, whatever the ciphertext, once it is allowed', async () => {
    const { kms, KeyId } = await signing();
    const encrypted = await kms.run('Encrypt', { KeyId: await kms.key(), Plaintext: Message });
    for (const CiphertextBlob of [encrypted.CiphertextBlob, base64('x')]) {
      expect(await kms.error('Decrypt', { KeyId, CiphertextBlob })).toBe(incorrectKey);
    }
    kms.refuses = () => true;
    const input = { KeyId, CiphertextBlob: encrypted.CiphertextBlob };
    expect(await kms.error('Decrypt', input)).toBe('AccessDeniedException: no kms:Decrypt');
  });

  test.each(['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand', 'ListKeyRotations'])(
    '%s is not for it',
    async (operation) => {
      const { kms, KeyId } = await signing();
      expect(await kms.error(operation, { KeyId })).toMatch(/^UnsupportedOperationException: /);
      expect(await kms.run('GetKeyRotationStatus', { KeyId })).toEqual({
        KeyId: kms.arn(KeyId),
        KeyRotationEnabled: false,
      });
    },
  );
});

describe('a symmetric key', () => {
  test('neither signs nor verifies, and has no public key', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    const whole = { KeyId, Message, SigningAlgorithm, Signature: base64('x') };
    for (const operation of ['Sign', 'Verify']) {
      expect(await kms.error(operation, whole)).toBe(
        `InvalidKeyUsageException: ${kms.arn(KeyId)} key usage is ENCRYPT_DECRYPT which is not valid for ${operation}.`,
      );
    }
    expect(await kms.error('GetPublicKey', { KeyId })).toMatch(/^UnsupportedOperationException: /);
  });
});
