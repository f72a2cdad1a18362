import { describe, expect, test } from '@jest/globals';
import { base64, broken, testKms } from './harness.ts';

const plaintext = base64('hello');

describe('Encrypt: serialization', () => {
  test.each([
    [{ Plaintext: 5 }, 'NUMBER_VALUE can not be converted to a Blob'],
    [{ Plaintext: 'no base64!' }, 'Invalid base64 in a Blob'],
    [{ Plaintext: 'aGVsbG8' }, 'Invalid base64 in a Blob'],
    [{ Plaintext: 'aGVsbG9=' }, 'Invalid base64 in a Blob'],
    [{ KeyId: true }, 'TRUE_VALUE can not be converted to a String'],
    [{ KeyId: [] }, 'Start of list found where not expected'],
    [{ KeyId: {} }, 'Start of structure or map found where not expected.'],
    [{ EncryptionContext: 'x' }, 'STRING_VALUE can not be converted to a Map'],
    [{ EncryptionContext: [] }, 'Start of list found where not expected'],
    [{ EncryptionContext: { a: 1 } }, 'NUMBER_VALUE can not be converted to a String'],
    [{ EncryptionContext: { a: null } }, 'NULL_VALUE can not be converted to a String'],
    [{ DryRun: 'true' }, 'STRING_VALUE can not be converted to a Boolean'],
    [{ GrantTokens: 'x' }, 'STRING_VALUE can not be converted to a List'],
  ])('%j', async (input, message) => {
    const kms = testKms();
    const KeyId = await kms.key();
    const error = await kms.error('Encrypt', { KeyId, Plaintext: plaintext, ...input });
    expect(error).toBe(`SerializationException: ${message}`);
  });
});

describe('Encrypt: validation', () => {
  test.each([
    [{ Plaintext: '' }, broken("at 'plaintext'", 'have length greater than or equal to 1')],
    [
      { Plaintext: Buffer.alloc(4097).toString('base64') },
      broken("at 'plaintext'", 'have length less than or equal to 4096'),
    ],
    [{ Plaintext: undefined }, broken("null at 'plaintext'", 'not be null')],
    [{ KeyId: null }, broken("null at 'keyId'", 'not be null')],
    [{ KeyId: '' }, broken("'' at 'keyId'", 'have length greater than or equal to 1')],
    [
      { EncryptionAlgorithm: 'ROT13' },
      broken(
        "'ROT13' at 'encryptionAlgorithm'",
        'satisfy enum value set: [SYMMETRIC_DEFAULT, RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE]',
      ),
    ],
  ])('%#', async (input, message) => {
    const kms = testKms();
    const KeyId = await kms.key();
    expect(await kms.error('Encrypt', { KeyId, Plaintext: plaintext, ...input })).toBe(message);
  });

  test('two broken constraints are counted and both named', async () => {
    const error = await testKms().error('Encrypt', { Plaintext: '' });
    expect(error).toMatch(
      /^ValidationException: 2 validation errors detected: .*'keyId'.*; .*'plaintext'/,
    );
  });

  test('a plaintext that is too long is not repeated in the message', async () => {
    const kms = testKms();
    const secret = base64('canary'.repeat(1000));
    const error = await kms.error('Encrypt', { KeyId: await kms.key(), Plaintext: secret });
    expect(error).not.toContain(secret.slice(0, 16));
  });

  test('a grant token is refused, since there are no grants', async () => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), Plaintext: plaintext, GrantTokens: ['x'] };
    expect(await kms.error('Encrypt', input)).toMatch(/^InvalidGrantTokenException: /);
  });
});

describe('Encrypt', () => {
  test('answers the key ARN, whatever name the request used', async () => {
    const kms = testKms();
    const id = await kms.key();
    await kms.run('CreateAlias', { AliasName: 'alias/a', TargetKeyId: id });
    const aliasArn = kms.arn(id).replace(`key/${id}`, 'alias/a');
    for (const KeyId of [id, kms.arn(id), 'alias/a', aliasArn]) {
      const answer = await kms.run('Encrypt', { KeyId, Plaintext: plaintext });
      expect(answer).toEqual({
        KeyId: kms.arn(id),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        CiphertextBlob: expect.any(String),
      });
    }
  });

  test('takes 1 and 4096 bytes', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    for (const size of [1, 4096]) {
      const Plaintext = Buffer.alloc(size, 7).toString('base64');
      const { CiphertextBlob } = await kms.run('Encrypt', { KeyId, Plaintext });
      expect((await kms.run('Decrypt', { CiphertextBlob })).Plaintext).toBe(Plaintext);
    }
  });

  test('asks for kms:Encrypt on the key, with its policy, its tags and the encryption context', async () => {
    const kms = testKms();
    const KeyId = await kms.key({ Tags: [{ TagKey: 'TenantId', TagValue: 'acme' }] });
    await kms.run('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
    kms.checks.length = 0;
    await kms.run('Encrypt', {
      KeyId: 'alias/a',
      Plaintext: plaintext,
      EncryptionContext: { TenantId: 'acme', B: 'c' },
    });
    expect(kms.checks).toEqual([
      {
        action: 'kms:Encrypt',
        resource: kms.arn(KeyId),
        resourcePolicy: expect.objectContaining({ name: `key policy of ${kms.arn(KeyId)}` }),
        context: {
          'kms:CallerAccount': '111122223333',
          'kms:KeySpec': 'SYMMETRIC_DEFAULT',
          'kms:KeyUsage': 'ENCRYPT_DECRYPT',
          'kms:KeyOrigin': 'AWS_KMS',
          'kms:MultiRegion': 'false',
          'kms:RequestAlias': 'alias/a',
          'kms:ResourceAliases': ['alias/a'],
          'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
          'aws:ResourceTag/TenantId': 'acme',
          'kms:EncryptionContext:TenantId': 'acme',
          'kms:EncryptionContext:B': 'c',
          'kms:EncryptionContextKeys': ['TenantId', 'B'],
        },
      },
    ]);
  });

  test('without an encryption context the policies see no condition key of it', async () => {
    const kms = testKms();
    await kms.run('Encrypt', {
      KeyId: await kms.key(),
      Plaintext: plaintext,
      EncryptionContext: {},
    });
    const names = Object.keys(kms.checks.at(-1)?.context ?? {});
    expect(names.filter((name) => name.startsWith('kms:EncryptionContext'))).toEqual([]);
  });

  test('a context key named __proto__ is bound like any other', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    const context = JSON.parse('{"__proto__": "x"}');
    const input = { KeyId, Plaintext: plaintext, EncryptionContext: context };
    const { CiphertextBlob } = await kms.run('Encrypt', input);
    expect(kms.checks.at(-1)?.context).toHaveProperty(['kms:EncryptionContext:__proto__'], 'x');
    expect(await kms.error('Decrypt', { CiphertextBlob })).toBe('InvalidCiphertextException: ');
    const answer = await kms.run('Decrypt', { CiphertextBlob, EncryptionContext: context });
    expect(answer.Plaintext).toBe(plaintext);
  });

  test('DryRun answers DryRunOperationException where the call would succeed, and only there', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    const input = { KeyId, Plaintext: plaintext, DryRun: true };
    expect(await kms.error('Encrypt', input)).toMatch(/^DryRunOperationException: /);
    await kms.run('DisableKey', { KeyId });
    expect(await kms.error('Encrypt', input)).toMatch(/^DisabledException: /);
  });

  test('an algorithm of another key type is refused', async () => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), Plaintext: plaintext };
    const error = await kms.error('Encrypt', {
      ...input,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    });
    expect(error).toBe(
      'InvalidKeyUsageException: Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.',
    );
  });
});
