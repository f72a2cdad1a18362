import { describe, expect, test } from '@jest/globals';
import { readKeys } from '../../../local/kms/template.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { account } from '../small-template.ts';

const read = (properties: object) =>
  readKeys(
    readTemplate(
      {
        Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {}, ...properties } } },
      },
      account,
    ),
  );

describe('a key of the template', () => {
  test('is symmetric where nothing is said', () => {
    expect(read({})).toMatchObject([
      { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', EnableKeyRotation: false },
    ]);
  });

  test('may be for signing', () => {
    const type = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' };
    expect(read(type)).toMatchObject([type]);
  });

  test.each([
    ['signs without a spec for it', { KeyUsage: 'SIGN_VERIFY' }, /not for SIGN_VERIFY/],
    ['encrypts on a curve', { KeySpec: 'ECC_NIST_P256' }, /not for ENCRYPT_DECRYPT/],
    [
      'signs and rotates',
      { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', EnableKeyRotation: true },
      /does not rotate/,
    ],
    ['is of another spec', { KeySpec: 'RSA_3072', KeyUsage: 'SIGN_VERIFY' }, /KeySpec/],
    ['has an unknown property', { MultiRegion: true }, /MultiRegion/],
  ])('that %s stops the start', (_, properties, message) => {
    expect(() => read(properties)).toThrow(message);
  });
});
