import { describe, expect, test } from '@jest/globals';
import { accountId, region } from '../../harness/account.ts';
import { base64, testKms } from './harness.ts';

const unknown = '00000000-0000-4000-8000-000000000000';
const multiRegion = 'mrk-d3b95762d3b95762d3b95762d3b95762';
const arn = (resource: string, inRegion = region, account = accountId) =>
  `arn:aws:kms:${inRegion}:${account}:${resource}`;

describe('a key that cannot be found', () => {
  test.each([unknown, multiRegion, arn(`key/${unknown}`)])(
    '%s is revealed only to a caller to whom IAM allows the action on it',
    async (KeyId) => {
      const kms = testKms();
      const resource = KeyId.startsWith('arn:') ? KeyId : arn(`key/${KeyId}`);
      expect(await kms.error('EnableKeyRotation', { KeyId })).toBe(
        `NotFoundException: Key '${resource}' does not exist`,
      );
      // Without a resource policy: the policy of a deleted key went with the key.
      expect(kms.checks).toEqual([
        {
          action: 'kms:EnableKeyRotation',
          resource,
          context: { 'kms:CallerAccount': accountId, 'kms:RotationPeriodInDays': '365' },
        },
      ]);
      kms.refuses = () => true;
      expect(await kms.error('DescribeKey', { KeyId })).toBe(
        'AccessDeniedException: no kms:DescribeKey',
      );
    },
  );

  test.each(['Decrypt', 'ReEncrypt'])(
    '%s with a key that is gone is a question to IAM too',
    async (operation) => {
      const kms = testKms();
      const CiphertextBlob = base64('x');
      const input = {
        CiphertextBlob,
        KeyId: unknown,
        SourceKeyId: unknown,
        DestinationKeyId: unknown,
      };
      expect(await kms.error(operation, input)).toMatch(/^NotFoundException: Key /);
      kms.refuses = () => true;
      expect(await kms.error(operation, input)).toMatch(/^AccessDeniedException: no kms:/);
      expect(kms.checks.at(-1)?.context).toMatchObject({
        'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
      });
    },
  );

  test.each([
    ['fake-key-id', "Invalid keyId 'fake-key-id'"],
    [unknown.replaceAll('-', ''), `Invalid keyId '${unknown.replaceAll('-', '')}'`],
    [`${unknown}\n`, `Invalid keyId '${unknown}\n'`],
    ['__proto__', "Invalid keyId '__proto__'"],
    ['alias/none', `Alias ${arn('alias/none')} is not found.`],
    [arn('alias/none'), `Alias ${arn('alias/none')} is not found.`],
    [arn(`key/${unknown}`, 'ap-southeast-1'), 'Invalid arn ap-southeast-1'],
    ['arn:aws:kms', 'Invalid arn arn:aws:kms'],
    ['arn:aws:s3:::x', 'Invalid arn arn:aws:s3:::x'],
    [arn(unknown), `Invalid arn ${arn(unknown)}`],
  ])('%j is not found', async (KeyId, message) => {
    const kms = testKms();
    // Before anything is authorized, whatever the caller may do.
    kms.refuses = () => true;
    expect(await kms.error('DescribeKey', { KeyId })).toBe(`NotFoundException: ${message}`);
    expect(kms.checks).toEqual([]);
  });

  test.each([
    ['DescribeKey', `key/${unknown}`],
    ['DisableKey', `key/${unknown}`],
    ['DescribeKey', 'alias/none'],
  ])('%s of another account is asked about without a policy', async (operation, resource) => {
    const kms = testKms();
    kms.refuses = () => true;
    const KeyId = arn(resource, region, '999999999999');
    expect(await kms.error(operation, { KeyId })).toBe(
      `AccessDeniedException: no kms:${operation}`,
    );
    const context = { 'kms:CallerAccount': accountId };
    expect(kms.checks).toEqual([{ action: `kms:${operation}`, resource: KeyId, context }]);
  });
});

describe('an alias', () => {
  test.each([
    'DisableKey',
    'EnableKey',
    'EnableKeyRotation',
    'GetKeyPolicy',
    'GetKeyRotationStatus',
    'ListResourceTags',
    'ScheduleKeyDeletion',
  ])('names no key to %s', async (operation) => {
    const kms = testKms();
    await kms.run('CreateAlias', { AliasName: 'alias/a', TargetKeyId: await kms.key() });
    for (const KeyId of ['alias/a', arn('alias/a')]) {
      expect(await kms.error(operation, { KeyId })).toBe(
        "NotFoundException: Invalid keyId 'alias/a'",
      );
    }
  });
});
