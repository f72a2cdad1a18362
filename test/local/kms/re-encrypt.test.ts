import { describe, expect, test } from '@jest/globals';
import { base64, broken, testKms } from './harness.ts';

async function encrypted() {
  const kms = testKms();
  const source = await kms.key();
  const destination = await kms.key();
  const { CiphertextBlob } = await kms.run('Encrypt', {
    KeyId: source,
    Plaintext: base64('hello'),
    EncryptionContext: { from: '1' },
  });
  const input = {
    CiphertextBlob,
    SourceEncryptionContext: { from: '1' },
    DestinationKeyId: destination,
    DestinationEncryptionContext: { to: '2' },
  };
  kms.checks.length = 0;
  return { kms, source, destination, input };
}

describe('ReEncrypt: serialization', () => {
  test('a context that is no map', async () => {
    const { kms, input } = await encrypted();
    const error = await kms.error('ReEncrypt', { ...input, DestinationEncryptionContext: 5 });
    expect(error).toBe('SerializationException: NUMBER_VALUE can not be converted to a Map');
  });
});

describe('ReEncrypt: validation', () => {
  test('the destination is required', async () => {
    const { kms, input } = await encrypted();
    const error = await kms.error('ReEncrypt', { ...input, DestinationKeyId: undefined });
    expect(error).toBe(broken("null at 'destinationKeyId'", 'not be null'));
  });
});

describe('ReEncrypt', () => {
  test('moves a ciphertext to another key and context', async () => {
    const { kms, source, destination, input } = await encrypted();
    const answer = await kms.run('ReEncrypt', input);
    expect(answer).toEqual({
      CiphertextBlob: expect.any(String),
      SourceKeyId: kms.arn(source),
      KeyId: kms.arn(destination),
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyMaterialId: kms.account.store.keys.get(source)?.materials[0]?.id,
      DestinationKeyMaterialId: kms.account.store.keys.get(destination)?.materials[0]?.id,
    });
    const { CiphertextBlob } = answer;
    const decrypted = await kms.run('Decrypt', { CiphertextBlob, EncryptionContext: { to: '2' } });
    expect(decrypted).toMatchObject({ KeyId: kms.arn(destination), Plaintext: base64('hello') });
  });

  test('asks for ReEncryptFrom with the source context, ReEncryptTo with the destination context', async () => {
    const { kms, source, destination, input } = await encrypted();
    await kms.run('ReEncrypt', input);
    expect(kms.checks).toHaveLength(2);
    const [from, to] = kms.checks;
    expect(from).toMatchObject({
      action: 'kms:ReEncryptFrom',
      resource: kms.arn(source),
      context: { 'kms:EncryptionContext:from': '1', 'kms:ReEncryptOnSameKey': 'false' },
    });
    expect(to).toMatchObject({
      action: 'kms:ReEncryptTo',
      resource: kms.arn(destination),
      context: { 'kms:EncryptionContext:to': '2', 'kms:ReEncryptOnSameKey': 'false' },
    });
    expect(from?.context).not.toHaveProperty(['kms:EncryptionContext:to']);
    expect(to?.context).not.toHaveProperty(['kms:EncryptionContext:from']);
  });

  test('on the same key says so to the policies', async () => {
    const { kms, source, input } = await encrypted();
    await kms.run('ReEncrypt', { ...input, DestinationKeyId: source });
    const same = kms.checks.map((check) => check.context?.['kms:ReEncryptOnSameKey']);
    expect(same).toEqual(['true', 'true']);
  });

  test.each(['kms:ReEncryptFrom', 'kms:ReEncryptTo'])('without %s is refused', async (action) => {
    const { kms, input } = await encrypted();
    kms.refuses = (check) => check.action === action;
    expect(await kms.error('ReEncrypt', input)).toBe(`AccessDeniedException: no ${action}`);
  });

  test('a wrong source context, a wrong source key, a disabled key on either side', async () => {
    const { kms, source, destination, input } = await encrypted();
    expect(await kms.error('ReEncrypt', { ...input, SourceEncryptionContext: {} })).toBe(
      'InvalidCiphertextException: ',
    );
    expect(await kms.error('ReEncrypt', { ...input, SourceKeyId: destination })).toMatch(
      /^IncorrectKeyException: /,
    );
    for (const KeyId of [source, destination]) {
      await kms.run('DisableKey', { KeyId });
      expect(await kms.error('ReEncrypt', input)).toBe(
        `DisabledException: ${kms.arn(KeyId)} is disabled.`,
      );
      await kms.run('EnableKey', { KeyId });
    }
  });
});
