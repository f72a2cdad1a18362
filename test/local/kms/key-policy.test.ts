import { describe, expect, test } from '@jest/globals';
import { accountId } from '../../harness/account.ts';
import { broken, testKms } from './harness.ts';

const policy = (sid: string) => `{ "Version": "2012-10-17",
  "Statement": { "Sid": "${sid}", "Effect": "Allow", "Principal": { "AWS": "${accountId}" },
  "Action": "kms:*", "Resource": "*" } }`;

describe('GetKeyPolicy, PutKeyPolicy, ListKeyPolicies: serialization', () => {
  test.each([
    ['GetKeyPolicy', { PolicyName: 5 }],
    ['PutKeyPolicy', { Policy: 5 }],
    ['ListKeyPolicies', { Limit: '5' }],
  ])('%s %j', async (operation, input) => {
    const kms = testKms();
    const error = await kms.error(operation, { KeyId: await kms.key(), ...input });
    expect(error).toMatch(/^SerializationException: .*_VALUE can not be converted to an? /);
  });
});

describe('GetKeyPolicy, PutKeyPolicy: validation', () => {
  test('a policy is required', async () => {
    const kms = testKms();
    const error = await kms.error('PutKeyPolicy', { KeyId: await kms.key() });
    expect(error).toBe(broken("null at 'policy'", 'not be null'));
  });

  test('no policy but "default" exists', async () => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), PolicyName: 'other' };
    const error = 'NotFoundException: No such policy exists';
    expect(await kms.error('GetKeyPolicy', input)).toBe(error);
    expect(await kms.error('PutKeyPolicy', { ...input, Policy: policy('a') })).toBe(error);
  });
});

describe('PutKeyPolicy', () => {
  test('keeps the text as it was given, and the next check is made under it', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    expect(await kms.run('PutKeyPolicy', { KeyId, Policy: policy('Mine') })).toEqual({});
    const answer = await kms.run('GetKeyPolicy', { KeyId });
    expect(answer).toEqual({ Policy: policy('Mine'), PolicyName: 'default' });
    expect(kms.checks.at(-1)?.resourcePolicy?.statements[0]?.name).toBe('Mine');
    const names = await kms.run('ListKeyPolicies', { KeyId });
    expect(names).toEqual({ PolicyNames: ['default'], Truncated: false });
  });

  test('that would lock the caller out, or is malformed, changes nothing', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    await kms.run('PutKeyPolicy', { KeyId, Policy: policy('Old') });
    // The present policy allows the call; the new one would not allow the next.
    kms.refuses = (check) => check.resourcePolicy?.statements[0]?.name === 'New';
    const input = { KeyId, Policy: policy('New') };
    expect(await kms.error('PutKeyPolicy', input)).toBe(
      'MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.',
    );
    expect(await kms.error('PutKeyPolicy', { KeyId, Policy: 'x' })).toMatch(
      /^MalformedPolicyDocumentException: key policy of .*: it is not JSON$/,
    );
    expect((await kms.run('GetKeyPolicy', { KeyId })).Policy).toBe(policy('Old'));
    await kms.run('PutKeyPolicy', { ...input, BypassPolicyLockoutSafetyCheck: true });
    expect(kms.account.store.keys.get(KeyId)?.policy).toBe(policy('New'));
  });

  test('works while the key is disabled or pending deletion', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    await kms.run('DisableKey', { KeyId });
    await kms.run('PutKeyPolicy', { KeyId, Policy: policy('a') });
    await kms.run('ScheduleKeyDeletion', { KeyId });
    await kms.run('PutKeyPolicy', { KeyId, Policy: policy('b') });
    expect((await kms.run('GetKeyPolicy', { KeyId })).Policy).toBe(policy('b'));
  });
});
