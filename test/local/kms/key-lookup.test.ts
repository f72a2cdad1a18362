import { describe, expect, test } from '@jest/globals';
import { accountId, region, testKms } from './fixture.ts';

const unknown = '00000000-0000-4000-8000-000000000000';
const multiRegion = 'mrk-d3b95762d3b95762d3b95762d3b95762';
const arn = (resource: string, inRegion = region, account = accountId) =>
  `arn:aws:kms:${inRegion}:${account}:${resource}`;

describe('a key that cannot be found', () => {
  test.each([
    [unknown, `Key '${arn(`key/${unknown}`)}' does not exist`],
    [multiRegion, `Key '${arn(`key/${multiRegion}`)}' does not exist`],
    [arn(`key/${unknown}`), `Key '${arn(`key/${unknown}`)}' does not exist`],
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
  ])('%j', async (KeyId, message) => {
    const kms = testKms();
    // Before anything is authorized, whatever the caller may do.
    kms.refuses = () => true;
    expect(await kms.error('DescribeKey', { KeyId })).toBe(`NotFoundException: ${message}`);
    expect(kms.checks).toEqual([]);
  });

  test('of another account is denied', async () => {
    const KeyId = arn(`key/${unknown}`, region, '999999999999');
    expect(await testKms().error('DescribeKey', { KeyId })).toMatch(
      /^AccessDeniedException: User: .*operator is not authorized to perform: kms:DescribeKey on resource: .*999999999999/,
    );
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
