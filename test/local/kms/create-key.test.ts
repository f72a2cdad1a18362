import { describe, expect, test } from '@jest/globals';
import { accountId } from '../../harness/account.ts';
import { broken, start, testKms } from './harness.ts';

const policyFor = (principal: unknown) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'kms:*', Resource: '*' }],
  });
const accountPolicy = policyFor({ AWS: `arn:aws:iam::${accountId}:root` });
const tag = (TagKey: string, TagValue = '') => ({ TagKey, TagValue });

describe('CreateKey: serialization', () => {
  test.each([
    [{ Policy: {} }, 'Start of structure or map found where not expected.'],
    [{ Tags: {} }, 'Start of structure or map found where not expected.'],
    [{ Tags: ['x'] }, 'STRING_VALUE can not be converted to a Structure'],
    [{ Tags: [{ TagKey: 1, TagValue: '' }] }, 'NUMBER_VALUE can not be converted to a String'],
    [{ MultiRegion: 'false' }, 'STRING_VALUE can not be converted to a Boolean'],
  ])('%j', async (input, message) => {
    expect(await testKms().error('CreateKey', input)).toBe(`SerializationException: ${message}`);
  });
});

describe('CreateKey: validation', () => {
  test.each([
    [
      { Description: 'd'.repeat(8193) },
      `'${'d'.repeat(8193)}' at 'description'`,
      'have length less than or equal to 8192',
    ],
    [
      { Policy: '{"Ω":1}' },
      `'{"Ω":1}' at 'policy'`,
      'satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
    ],
    [
      { Tags: [tag('a'), tag('k'.repeat(129))] },
      `'${'k'.repeat(129)}' at 'tags.2.member.tagKey'`,
      'have length less than or equal to 128',
    ],
    [{ Tags: [{ TagKey: 'a' }] }, "null at 'tags.1.member.tagValue'", 'not be null'],
    [
      { Tags: [tag('a', 'v'.repeat(257))] },
      `'${'v'.repeat(257)}' at 'tags.1.member.tagValue'`,
      'have length less than or equal to 256',
    ],
  ])('%#', async (input, value, constraint) => {
    expect(await testKms().error('CreateKey', input)).toBe(broken(value, constraint));
  });

  test.each([
    [[tag('a'), tag('a')], 'Duplicate tag keys'],
    [Array.from({ length: 51 }, (_, index) => tag(`k${index}`)), 'Too many tags'],
    [[tag('aws:a')], 'Tags beginning with aws: are reserved'],
    [[tag('AwS:a')], 'Tags beginning with aws: are reserved'],
    [[tag('a', '*')], 'Tag keys and values hold letters, digits, spaces and _ . : / = + - @ only'],
    [
      [tag('a', '${x}')],
      'Tag keys and values hold letters, digits, spaces and _ . : / = + - @ only',
    ],
  ])('%#: TagException', async (Tags, message) => {
    const kms = testKms();
    expect(await kms.error('CreateKey', { Tags })).toBe(`TagException: ${message}`);
    expect(kms.account.store.keys.size).toBe(0);
  });

  test.each([
    { KeySpec: 'RSA_3072', KeyUsage: 'SIGN_VERIFY' },
    { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
    { CustomerMasterKeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
    { KeyUsage: 'SIGN_VERIFY' },
    { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
    { KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' },
    { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', MultiRegion: true },
    { Origin: 'EXTERNAL' },
    { CustomKeyStoreId: 'cks-1' },
    { XksKeyId: 'x' },
  ])('%j is not supported, and says so', async (input) => {
    const kms = testKms();
    expect(await kms.error('CreateKey', input)).toMatch(
      /^UnsupportedOperationException: .*support/,
    );
    expect(kms.account.store.keys.size).toBe(0);
  });
});

describe('CreateKey', () => {
  test('answers the metadata of an enabled symmetric key', async () => {
    const kms = testKms();
    const { KeyMetadata } = await kms.run('CreateKey', { Description: 'mine' });
    const id = KeyMetadata.KeyId;
    expect(KeyMetadata).toEqual({
      AWSAccountId: accountId,
      KeyId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      Arn: kms.arn(id),
      CreationDate: start / 1000,
      Enabled: true,
      Description: 'mine',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
      CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await kms.run('DescribeKey', { KeyId: id })).toEqual({ KeyMetadata });
  });

  test('makes a multi-Region primary key, which is one by its id', async () => {
    const kms = testKms();
    const { KeyMetadata } = await kms.run('CreateKey', { MultiRegion: true });
    const { KeyId, Arn } = KeyMetadata;
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    expect(KeyMetadata).toMatchObject({
      MultiRegion: true,
      MultiRegionConfiguration: {
        MultiRegionKeyType: 'PRIMARY',
        PrimaryKey: { Arn, Region: kms.account.region },
        ReplicaKeys: [],
      },
    });
    expect(await kms.run('DescribeKey', { KeyId })).toEqual({ KeyMetadata });
    expect(kms.checks.at(-1)?.context).toMatchObject({ 'kms:MultiRegion': 'true' });
    const { CiphertextBlob } = await kms.run('Encrypt', { KeyId, Plaintext: 'eA==' });
    expect(await kms.run('Decrypt', { CiphertextBlob })).toMatchObject({ KeyId: Arn });
  });

  test('takes the defaults spelled out, as SDKs and the CLI send them', async () => {
    const input = { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'AWS_KMS' };
    expect(await testKms().key({ ...input, MultiRegion: false })).toBeTruthy();
  });

  test('without a policy gives the account the key', async () => {
    const kms = testKms();
    const { Policy, PolicyName } = await kms.run('GetKeyPolicy', { KeyId: await kms.key() });
    expect(PolicyName).toBe('default');
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ]);
  });

  test('is asked of IAM alone, on no resource, with the tags and the type of key', async () => {
    const kms = testKms();
    await kms.key({ Tags: [tag('TenantId', 'acme')] });
    expect(kms.checks[0]).toEqual({
      action: 'kms:CreateKey',
      resource: '*',
      context: {
        'kms:CallerAccount': accountId,
        'kms:KeySpec': 'SYMMETRIC_DEFAULT',
        'kms:KeyUsage': 'ENCRYPT_DECRYPT',
        'kms:KeyOrigin': 'AWS_KMS',
        'kms:MultiRegion': 'false',
        'kms:BypassPolicyLockoutSafetyCheck': 'false',
        'aws:RequestTag/TenantId': 'acme',
        'aws:TagKeys': ['TenantId'],
      },
    });
  });

  test('with tags needs kms:TagResource too, and makes nothing without it', async () => {
    const kms = testKms();
    kms.refuses = (check) => check.action === 'kms:TagResource';
    const Tags = [tag('TenantId', 'acme')];
    expect(await kms.error('CreateKey', { Tags })).toBe(
      'AccessDeniedException: no kms:TagResource',
    );
    expect(kms.account.store.keys.size).toBe(0);
    expect(await kms.key()).toBeTruthy();
  });

  test('with a policy that locks its maker out is refused, unless the check is bypassed', async () => {
    const kms = testKms();
    kms.refuses = (check) => check.action === 'kms:PutKeyPolicy';
    expect(await kms.error('CreateKey', { Policy: accountPolicy })).toBe(
      'MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.',
    );
    expect(kms.account.store.keys.size).toBe(0);
    expect(kms.checks.at(-1)?.resourcePolicy?.source).toEqual(JSON.parse(accountPolicy));
    await kms.run('CreateKey', { Policy: accountPolicy, BypassPolicyLockoutSafetyCheck: true });
    expect(kms.checks.at(-1)?.context?.['kms:BypassPolicyLockoutSafetyCheck']).toBe('true');
  });

  test.each([
    ['no JSON', '{'],
    ['no policy', '[]'],
    ['a Federated principal', policyFor({ Federated: 'x' })],
    ['no principal', policyFor(undefined)],
    [
      'an unknown operator',
      accountPolicy.replace('"Resource"', '"Condition":{"Foo":{"a":"b"}},"Resource"'),
    ],
  ])('with a policy that has %s is refused', async (_, Policy) => {
    const kms = testKms();
    expect(await kms.error('CreateKey', { Policy })).toMatch(
      /^MalformedPolicyDocumentException: key policy of arn:.+: .+/,
    );
    expect(kms.account.store.keys.size).toBe(0);
  });

  test('with a policy over 32 kB is refused', async () => {
    const Policy = accountPolicy + ' '.repeat(32_769 - accountPolicy.length);
    expect(await testKms().error('CreateKey', { Policy })).toMatch(/^LimitExceededException: /);
    expect(await testKms().key({ Policy: Policy.slice(0, -1) })).toBeTruthy();
  });
});
