import { describe, expect, test } from '@jest/globals';
import { broken, testKms } from './harness.ts';

const both = ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'];

describe.each(both)('%s: serialization', (operation) => {
  test.each([
    [{ NumberOfBytes: '32' }, 'STRING_VALUE can not be converted to an Integer'],
    [{ NumberOfBytes: 1.5 }, 'NUMBER_VALUE can not be converted to an Integer'],
    [{ KeySpec: 5 }, 'NUMBER_VALUE can not be converted to a String'],
  ])('%j', async (input, message) => {
    const kms = testKms();
    const error = await kms.error(operation, { KeyId: await kms.key(), ...input });
    expect(error).toBe(`SerializationException: ${message}`);
  });
});

describe.each(both)('%s: validation', (operation) => {
  const choose = 'ValidationException: Please specify either number of bytes or key spec.';
  test.each([
    [{}, choose],
    [{ NumberOfBytes: 32, KeySpec: 'AES_256' }, choose],
    [
      { NumberOfBytes: 0 },
      broken("'0' at 'numberOfBytes'", 'have value greater than or equal to 1'),
    ],
    [
      { NumberOfBytes: 1025 },
      broken("'1025' at 'numberOfBytes'", 'have value less than or equal to 1024'),
    ],
    [
      { KeySpec: 'AES_512' },
      broken("'AES_512' at 'keySpec'", 'satisfy enum value set: [AES_256, AES_128]'),
    ],
  ])('%j', async (input, message) => {
    const kms = testKms();
    expect(await kms.error(operation, { KeyId: await kms.key(), ...input })).toBe(message);
  });
});

describe('a data key', () => {
  test.each([
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 1024 }, 1024],
  ])('%j has %d bytes, and Decrypt unwraps it in its context only', async (size, bytes) => {
    const kms = testKms();
    const KeyId = await kms.key();
    const input = { KeyId, ...size, EncryptionContext: { a: 'b' } };
    const answer = await kms.run('GenerateDataKey', input);
    expect(answer).toEqual({
      CiphertextBlob: expect.any(String),
      KeyId: kms.arn(KeyId),
      Plaintext: expect.any(String),
      KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Buffer.from(answer.Plaintext, 'base64')).toHaveLength(bytes);
    const { CiphertextBlob } = answer;
    const unwrapped = await kms.run('Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } });
    expect(unwrapped.Plaintext).toBe(answer.Plaintext);
    expect(await kms.error('Decrypt', { CiphertextBlob })).toBe('InvalidCiphertextException: ');
  });

  test('without plaintext has none in the answer', async () => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), KeySpec: 'AES_256' };
    const answer = await kms.run('GenerateDataKeyWithoutPlaintext', input);
    expect(Object.keys(answer).sort()).toEqual(['CiphertextBlob', 'KeyId', 'KeyMaterialId']);
    expect(kms.checks.at(-1)?.action).toBe('kms:GenerateDataKeyWithoutPlaintext');
  });

  test('is new each time', async () => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), KeySpec: 'AES_256' };
    const first = await kms.run('GenerateDataKey', input);
    const second = await kms.run('GenerateDataKey', input);
    expect(first.Plaintext).not.toBe(second.Plaintext);
  });

  test('a disabled key makes none', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    await kms.run('DisableKey', { KeyId });
    expect(await kms.error('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).toMatch(
      /^DisabledException: /,
    );
  });
});
