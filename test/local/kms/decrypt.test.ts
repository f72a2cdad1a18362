import { describe, expect, test } from '@jest/globals';
import { base64, broken, testKms } from './harness.ts';

const context = { TenantId: 'acme' };

async function encrypted() {
  const kms = testKms();
  const KeyId = await kms.key();
  const input = { KeyId, Plaintext: base64('hello'), EncryptionContext: context };
  const { CiphertextBlob } = await kms.run('Encrypt', input);
  return { kms, KeyId, CiphertextBlob: CiphertextBlob as string };
}

describe('Decrypt: serialization', () => {
  test.each([
    [{ CiphertextBlob: 5 }, 'NUMBER_VALUE can not be converted to a Blob'],
    [{ CiphertextBlob: '@@' }, 'Invalid base64 in a Blob'],
    [{ EncryptionContext: { a: ['b'] } }, 'Start of list found where not expected'],
    [{ KeyId: 1 }, 'NUMBER_VALUE can not be converted to a String'],
  ])('%j', async (input, message) => {
    const { kms, CiphertextBlob } = await encrypted();
    const error = await kms.error('Decrypt', { CiphertextBlob, ...input });
    expect(error).toBe(`SerializationException: ${message}`);
  });
});

describe('Decrypt: validation', () => {
  test.each([
    [undefined, broken("null at 'ciphertextBlob'", 'not be null')],
    ['', broken("at 'ciphertextBlob'", 'have length greater than or equal to 1')],
    [
      Buffer.alloc(6145).toString('base64'),
      broken("at 'ciphertextBlob'", 'have length less than or equal to 6144'),
    ],
  ])('%#', async (CiphertextBlob, message) => {
    expect(await testKms().error('Decrypt', { CiphertextBlob })).toBe(message);
  });

  test('Recipient is not supported, and says so', async () => {
    const { kms, CiphertextBlob } = await encrypted();
    const error = await kms.error('Decrypt', { CiphertextBlob, Recipient: {} });
    expect(error).toMatch(/^UnsupportedOperationException: .*Recipient/);
  });
});

describe('Decrypt', () => {
  test('finds the key by the ciphertext and answers its ARN and material', async () => {
    const { kms, KeyId, CiphertextBlob } = await encrypted();
    expect(await kms.run('Decrypt', { CiphertextBlob, EncryptionContext: context })).toEqual({
      KeyId: kms.arn(KeyId),
      Plaintext: base64('hello'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('is authorized on the key in the ciphertext with the context of the request, before it is decrypted', async () => {
    const { kms, KeyId, CiphertextBlob } = await encrypted();
    kms.refuses = () => true;
    const input = { CiphertextBlob, EncryptionContext: { TenantId: 'globex' } };
    expect(await kms.error('Decrypt', input)).toBe('AccessDeniedException: no kms:Decrypt');
    expect(kms.checks.at(-1)).toMatchObject({
      action: 'kms:Decrypt',
      resource: kms.arn(KeyId),
      context: { 'kms:EncryptionContext:TenantId': 'globex' },
    });
  });

  test.each([
    ['no context', undefined],
    ['a wrong value', { TenantId: 'globex' }],
    ['a wrong key', { tenantid: 'acme' }],
    ['a pair more', { TenantId: 'acme', a: 'b' }],
  ])('%s: InvalidCiphertextException without a word', async (_, EncryptionContext) => {
    const { kms, CiphertextBlob } = await encrypted();
    const error = await kms.error('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(error).toBe('InvalidCiphertextException: ');
  });

  test('garbage, a byte more, a byte less: InvalidCiphertextException without a word', async () => {
    const { kms, CiphertextBlob } = await encrypted();
    const bytes = Buffer.from(CiphertextBlob, 'base64');
    const wrong = [
      Buffer.from('garbage'),
      Buffer.alloc(100, 1).fill(0, 0, 1),
      Buffer.concat([bytes, Buffer.from([0])]),
      bytes.subarray(0, -1),
    ];
    for (const blob of wrong) {
      const input = { CiphertextBlob: blob.toString('base64'), EncryptionContext: context };
      expect(await kms.error('Decrypt', input)).toBe('InvalidCiphertextException: ');
    }
  });

  test('a KeyId that is not the ciphertext’s: IncorrectKeyException, once that key is allowed', async () => {
    const { kms, CiphertextBlob } = await encrypted();
    const other = await kms.key();
    const input = { CiphertextBlob, EncryptionContext: context, KeyId: other };
    expect(await kms.error('Decrypt', input)).toBe(
      'IncorrectKeyException: The key ID in the request does not identify a CMK that can perform this operation.',
    );
    kms.refuses = (check) => check.resource === kms.arn(other);
    expect(await kms.error('Decrypt', input)).toBe('AccessDeniedException: no kms:Decrypt');
  });

  test('a ciphertext of a key that is not here is answered like one that is not yours', async () => {
    const { CiphertextBlob } = await encrypted();
    const error = await testKms().error('Decrypt', { CiphertextBlob, EncryptionContext: context });
    expect(error).toMatch(/^AccessDeniedException: The ciphertext refers to a customer master key/);
  });

  test('a disabled key does not decrypt, a key pending deletion neither', async () => {
    const { kms, KeyId, CiphertextBlob } = await encrypted();
    const input = { CiphertextBlob, EncryptionContext: context };
    await kms.run('DisableKey', { KeyId });
    expect(await kms.error('Decrypt', input)).toBe(
      `DisabledException: ${kms.arn(KeyId)} is disabled.`,
    );
    await kms.run('ScheduleKeyDeletion', { KeyId });
    expect(await kms.error('Decrypt', input)).toBe(
      `KMSInvalidStateException: ${kms.arn(KeyId)} is pending deletion.`,
    );
  });

  test('DryRun of a wrong ciphertext is no success', async () => {
    const { kms, CiphertextBlob } = await encrypted();
    const input = { CiphertextBlob, DryRun: true };
    expect(await kms.error('Decrypt', input)).toBe('InvalidCiphertextException: ');
    expect(await kms.error('Decrypt', { ...input, EncryptionContext: context })).toMatch(
      /^DryRunOperationException: /,
    );
  });
});
