import { describe, expect, test } from '@jest/globals';
import { base64, broken, dayMs, start, testKms } from './harness.ts';

async function scheduled(PendingWindowInDays?: number) {
  const kms = testKms();
  const KeyId = await kms.key();
  await kms.run('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId });
  const input = { KeyId, Plaintext: base64('x') };
  const { CiphertextBlob } = await kms.run('Encrypt', input);
  const answer = await kms.run('ScheduleKeyDeletion', { KeyId, PendingWindowInDays });
  return { kms, KeyId, CiphertextBlob, answer };
}

describe('key state: serialization', () => {
  test('a window that is no integer', async () => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), PendingWindowInDays: true };
    expect(await kms.error('ScheduleKeyDeletion', input)).toBe(
      'SerializationException: TRUE_VALUE can not be converted to an Integer',
    );
  });
});

describe('key state: validation', () => {
  test.each([
    [6, 'have value greater than or equal to 7'],
    [31, 'have value less than or equal to 30'],
  ])('a window of %d days', async (PendingWindowInDays, constraint) => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), PendingWindowInDays };
    const value = `'${PendingWindowInDays}' at 'pendingWindowInDays'`;
    expect(await kms.error('ScheduleKeyDeletion', input)).toBe(broken(value, constraint));
  });
});

describe('DisableKey and EnableKey', () => {
  test('are idempotent, and DescribeKey shows the state', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    for (const [operation, Enabled, KeyState] of [
      ['DisableKey', false, 'Disabled'],
      ['EnableKey', true, 'Enabled'],
    ] as const) {
      expect(await kms.run(operation, { KeyId })).toEqual({});
      expect(await kms.run(operation, { KeyId })).toEqual({});
      const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
      expect(KeyMetadata).toMatchObject({ Enabled, KeyState });
    }
  });
});

describe('ScheduleKeyDeletion', () => {
  test('answers the ARN, the date, the state and the window, and gives the policies the window', async () => {
    const { kms, KeyId, answer } = await scheduled();
    expect(answer).toEqual({
      KeyId: kms.arn(KeyId),
      DeletionDate: (start + 30 * dayMs) / 1000,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 30,
    });
    expect(kms.checks.at(-1)?.context?.['kms:ScheduleKeyDeletionPendingWindowInDays']).toBe('30');
    const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
    expect(KeyMetadata).toMatchObject({
      Enabled: false,
      KeyState: 'PendingDeletion',
      DeletionDate: answer.DeletionDate,
    });
  });

  test('a key pending deletion can be neither used, enabled, disabled nor scheduled again', async () => {
    const { kms, KeyId, CiphertextBlob } = await scheduled();
    const error = `KMSInvalidStateException: ${kms.arn(KeyId)} is pending deletion.`;
    for (const [operation, input] of [
      ['Encrypt', { KeyId, Plaintext: base64('x') }],
      ['Decrypt', { CiphertextBlob }],
      ['GenerateDataKey', { KeyId, KeySpec: 'AES_256' }],
      ['EnableKey', { KeyId }],
      ['DisableKey', { KeyId }],
      ['ScheduleKeyDeletion', { KeyId }],
    ] as const) {
      expect(await kms.error(operation, input)).toBe(error);
    }
  });

  test('on its date the key, its material and its aliases are gone, in memory too', async () => {
    const { kms, KeyId, CiphertextBlob } = await scheduled(7);
    kms.pass(7 * dayMs - 1);
    expect((await kms.run('ListKeys')).Keys).toHaveLength(1);
    kms.pass(1);
    expect(await kms.error('DescribeKey', { KeyId })).toBe(
      `NotFoundException: Key '${kms.arn(KeyId)}' does not exist`,
    );
    expect(await kms.error('CancelKeyDeletion', { KeyId })).toMatch(/^NotFoundException: /);
    expect(await kms.error('Decrypt', { CiphertextBlob })).toMatch(
      /^AccessDeniedException: The ciph/,
    );
    expect(await kms.run('ListKeys')).toEqual({ Keys: [], Truncated: false });
    expect(await kms.run('ListAliases')).toEqual({ Aliases: [], Truncated: false });
    expect([...kms.account.store.keys, ...kms.account.store.aliases]).toEqual([]);
    expect(kms.account.store.uses.size).toBe(0);
  });

  test('frees the name of the alias on its date', async () => {
    const { kms } = await scheduled(7);
    const TargetKeyId = await kms.key();
    kms.pass(7 * dayMs);
    await kms.run('CreateAlias', { AliasName: 'alias/a', TargetKeyId });
    expect((await kms.run('DescribeKey', { KeyId: 'alias/a' })).KeyMetadata.KeyId).toBe(
      TargetKeyId,
    );
  });
});

describe('CancelKeyDeletion', () => {
  test('leaves the key disabled, and its ciphertexts decrypt once it is enabled', async () => {
    const { kms, KeyId, CiphertextBlob } = await scheduled();
    kms.pass(29 * dayMs);
    expect(await kms.run('CancelKeyDeletion', { KeyId })).toEqual({ KeyId: kms.arn(KeyId) });
    const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
    expect(KeyMetadata.KeyState).toBe('Disabled');
    expect(KeyMetadata).not.toHaveProperty('DeletionDate');
    kms.pass(365 * dayMs);
    await kms.run('EnableKey', { KeyId });
    expect((await kms.run('Decrypt', { CiphertextBlob })).Plaintext).toBe(base64('x'));
  });

  test('of a live key is refused', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    expect(await kms.error('CancelKeyDeletion', { KeyId })).toBe(
      `KMSInvalidStateException: ${kms.arn(KeyId)} is not pending deletion.`,
    );
  });
});

describe('GetKeyLastUsage', () => {
  test('shows the last successful operation; an unsuccessful one does not count', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    const base = {
      KeyId: kms.arn(KeyId),
      TrackingStartDate: start / 1000,
      KeyCreationDate: start / 1000,
    };
    expect(await kms.run('GetKeyLastUsage', { KeyId })).toEqual({ ...base, KeyLastUsage: {} });
    kms.pass(1000);
    const { CiphertextBlob } = await kms.run('Encrypt', { KeyId, Plaintext: base64('x') });
    kms.pass(1000);
    await kms.error('Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } });
    const usage = {
      Operation: 'Encrypt',
      Timestamp: start / 1000 + 1,
      CloudTrailEventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      KmsRequestId: 'request-1',
    };
    expect(await kms.run('GetKeyLastUsage', { KeyId })).toEqual({ ...base, KeyLastUsage: usage });
  });
});
