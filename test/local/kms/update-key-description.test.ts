import { describe, expect, test } from '@jest/globals';
import { broken, testKms } from './harness.ts';

const described = async () => {
  const kms = testKms();
  return { kms, KeyId: await kms.key({ Description: 'before' }) };
};

describe('UpdateKeyDescription: serialization', () => {
  test('a description that is no string', async () => {
    const { kms, KeyId } = await described();
    expect(await kms.error('UpdateKeyDescription', { KeyId, Description: 5 })).toBe(
      'SerializationException: NUMBER_VALUE can not be converted to a String',
    );
  });
});

describe('UpdateKeyDescription: validation', () => {
  test('the description is required', async () => {
    const { kms, KeyId } = await described();
    expect(await kms.error('UpdateKeyDescription', { KeyId })).toBe(
      broken("null at 'description'", 'not be null'),
    );
  });

  test('of at most 8192 characters', async () => {
    const { kms, KeyId } = await described();
    const long = 'd'.repeat(8193);
    expect(await kms.error('UpdateKeyDescription', { KeyId, Description: long })).toBe(
      broken(`'${long}' at 'description'`, 'have length less than or equal to 8192'),
    );
  });

  test('takes a key id or ARN, no alias', async () => {
    const { kms, KeyId } = await described();
    await kms.run('CreateAlias', { AliasName: 'alias/x', TargetKeyId: KeyId });
    const input = { KeyId: 'alias/x', Description: 'after' };
    expect(await kms.error('UpdateKeyDescription', input)).toBe(
      "NotFoundException: Invalid keyId 'alias/x'",
    );
  });
});

describe('UpdateKeyDescription', () => {
  test('changes what DescribeKey says, and nothing else of the key', async () => {
    const { kms, KeyId } = await described();
    const before = kms.account.store.keys.get(KeyId);
    for (const Description of ['after', '']) {
      const named = { KeyId: kms.arn(KeyId), Description };
      expect(await kms.run('UpdateKeyDescription', named)).toEqual({});
      const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
      expect(KeyMetadata.Description).toBe(Description);
      expect(kms.account.store.keys.get(KeyId)).toEqual({ ...before, description: Description });
    }
  });

  test('works on a disabled key, not on one pending deletion', async () => {
    const { kms, KeyId } = await described();
    await kms.run('DisableKey', { KeyId });
    await kms.run('UpdateKeyDescription', { KeyId, Description: 'after' });
    await kms.run('ScheduleKeyDeletion', { KeyId });
    expect(await kms.error('UpdateKeyDescription', { KeyId, Description: 'later' })).toBe(
      `KMSInvalidStateException: ${kms.arn(KeyId)} is pending deletion.`,
    );
    expect((await kms.run('DescribeKey', { KeyId })).KeyMetadata.Description).toBe('after');
  });
});
