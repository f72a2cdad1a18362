import { describe, expect, test } from '@jest/globals';
import { broken, testKms } from './harness.ts';

describe('GenerateRandom: serialization', () => {
  test.each([
    ['16', 'STRING_VALUE can not be converted to an Integer'],
    [1.5, 'NUMBER_VALUE can not be converted to an Integer'],
    [[16], 'Start of list found where not expected'],
  ])('NumberOfBytes %j', async (NumberOfBytes, message) => {
    expect(await testKms().error('GenerateRandom', { NumberOfBytes })).toBe(
      `SerializationException: ${message}`,
    );
  });
});

describe('GenerateRandom: validation', () => {
  // The model does not require it, the service does.
  test('NumberOfBytes is required', async () => {
    const kms = testKms();
    for (const input of [{}, { NumberOfBytes: null }]) {
      expect(await kms.error('GenerateRandom', input)).toBe(
        'ValidationException: NumberOfBytes is required.',
      );
    }
    expect(kms.checks).toEqual([]);
  });

  test.each([
    [0, 'have value greater than or equal to 1'],
    [1025, 'have value less than or equal to 1024'],
  ])('of %d bytes', async (NumberOfBytes, constraint) => {
    expect(await testKms().error('GenerateRandom', { NumberOfBytes })).toBe(
      broken(`'${NumberOfBytes}' at 'numberOfBytes'`, constraint),
    );
  });

  test.each([{ CustomKeyStoreId: 'cks-1' }, { Recipient: {} }])(
    '%j is not supported, and says so',
    async (input) => {
      expect(await testKms().error('GenerateRandom', { NumberOfBytes: 1, ...input })).toMatch(
        /^UnsupportedOperationException: .*not supported here/,
      );
    },
  );
});

describe('GenerateRandom', () => {
  test.each([1, 32, 1024])('gives %d bytes', async (NumberOfBytes) => {
    const answer = await testKms().run('GenerateRandom', { NumberOfBytes });
    expect(Object.keys(answer)).toEqual(['Plaintext']);
    expect(Buffer.from(answer.Plaintext, 'base64')).toHaveLength(NumberOfBytes);
  });

  test('gives others each time', async () => {
    const kms = testKms();
    const asked = Array.from({ length: 50 }, () =>
      kms.run('GenerateRandom', { NumberOfBytes: 16 }),
    );
    const given = (await Promise.all(asked)).map(({ Plaintext }) => Plaintext);
    expect(new Set(given).size).toBe(50);
  });

  test('is decided by IAM alone, on no key', async () => {
    const kms = testKms();
    await kms.run('GenerateRandom', { NumberOfBytes: 1 });
    expect(kms.checks).toMatchObject([{ action: 'kms:GenerateRandom', resource: '*' }]);
    expect(kms.checks[0]).not.toHaveProperty('resourcePolicy');
    kms.refuses = () => true;
    expect(await kms.error('GenerateRandom', { NumberOfBytes: 1 })).toBe(
      'AccessDeniedException: no kms:GenerateRandom',
    );
  });
});
