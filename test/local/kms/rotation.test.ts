import { describe, expect, test } from '@jest/globals';
import { openKeyStore } from '../../../local/kms/store.ts';
import { base64, broken, dayMs, start, testKms } from './harness.ts';

async function rotating(RotationPeriodInDays?: number) {
  const kms = testKms();
  const KeyId = await kms.key();
  await kms.run('EnableKeyRotation', { KeyId, RotationPeriodInDays });
  const status = () => kms.run('GetKeyRotationStatus', { KeyId });
  const rotations = async (IncludeKeyMaterial?: string) =>
    (await kms.run('ListKeyRotations', { KeyId, IncludeKeyMaterial })).Rotations;
  return { kms, KeyId, status, rotations };
}

const seconds = (days: number) => (start + days * dayMs) / 1000;

describe('rotation: serialization', () => {
  test('a period that is no integer', async () => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), RotationPeriodInDays: '90' };
    expect(await kms.error('EnableKeyRotation', input)).toBe(
      'SerializationException: STRING_VALUE can not be converted to an Integer',
    );
  });
});

describe('rotation: validation', () => {
  test.each([
    [89, 'have value greater than or equal to 90'],
    [2561, 'have value less than or equal to 2560'],
  ])('a period of %d days', async (RotationPeriodInDays, constraint) => {
    const kms = testKms();
    const input = { KeyId: await kms.key(), RotationPeriodInDays };
    const value = `'${RotationPeriodInDays}' at 'rotationPeriodInDays'`;
    expect(await kms.error('EnableKeyRotation', input)).toBe(broken(value, constraint));
  });
});

describe('automatic rotation', () => {
  test('is off at first, and its status then is two members', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    const off = { KeyId: kms.arn(KeyId), KeyRotationEnabled: false };
    expect(await kms.run('GetKeyRotationStatus', { KeyId })).toEqual(off);
    await kms.run('EnableKeyRotation', { KeyId });
    await kms.run('DisableKeyRotation', { KeyId });
    expect(await kms.run('GetKeyRotationStatus', { KeyId })).toEqual(off);
    kms.pass(1000 * dayMs);
    expect(kms.account.store.keys.get(KeyId)?.materials).toHaveLength(1);
  });

  test('has a period of a year by default, and gives the policies the period', async () => {
    const { kms, KeyId, status } = await rotating();
    expect(kms.checks.at(-1)?.context?.['kms:RotationPeriodInDays']).toBe('365');
    expect(await status()).toEqual({
      KeyId: kms.arn(KeyId),
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate: seconds(365),
    });
  });

  test('enabled again leaves the date alone, with another period begins anew', async () => {
    const { kms, KeyId, status } = await rotating(90);
    kms.pass(89 * dayMs);
    await kms.run('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    expect((await status()).NextRotationDate).toBe(seconds(90));
    await kms.run('EnableKeyRotation', { KeyId, RotationPeriodInDays: 100 });
    expect((await status()).NextRotationDate).toBe(seconds(189));
  });

  test('adds one material at each date that passed, and each ciphertext opens with its own', async () => {
    const { kms, KeyId, status, rotations } = await rotating(90);
    const encrypt = () => kms.run('Encrypt', { KeyId, Plaintext: base64('x') });
    const encrypted = [await encrypt()];
    kms.pass(90 * dayMs - 1);
    expect(await rotations()).toEqual([]);
    kms.pass(1);
    encrypted.push(await encrypt());
    kms.pass(3 * 90 * dayMs + 5);
    encrypted.push(await encrypt());
    const dates = (await rotations()).map(
      (rotation: { RotationDate: number }) => rotation.RotationDate,
    );
    expect(dates).toEqual([90, 180, 270, 360].map(seconds));
    expect((await status()).NextRotationDate).toBe(seconds(450));
    const materials = [];
    for (const { CiphertextBlob } of encrypted) {
      materials.push((await kms.run('Decrypt', { CiphertextBlob })).KeyMaterialId);
    }
    const known = kms.account.store.keys.get(KeyId)?.materials.map((material) => material.id);
    expect(materials).toEqual([known?.[0], known?.[1], known?.[4]]);
  });

  test('rests while the key is disabled, and makes up one rotation when it is enabled', async () => {
    const { kms, KeyId, rotations, status } = await rotating(90);
    await kms.run('DisableKey', { KeyId });
    kms.pass(300 * dayMs);
    expect(await rotations()).toEqual([]);
    expect((await status()).KeyRotationEnabled).toBe(true);
    await kms.run('EnableKey', { KeyId });
    expect(await rotations()).toHaveLength(1);
    expect((await status()).NextRotationDate).toBe(seconds(390));
  });

  test('resumes its schedule where the key was disabled for less than the period', async () => {
    const { kms, KeyId, rotations, status } = await rotating(90);
    await kms.run('DisableKey', { KeyId });
    kms.pass(10 * dayMs);
    await kms.run('EnableKey', { KeyId });
    expect(await rotations()).toEqual([]);
    expect((await status()).NextRotationDate).toBe(seconds(90));
  });

  test('rests while the key is pending deletion, and is made up when it is enabled again', async () => {
    const { kms, KeyId, rotations } = await rotating(90);
    kms.pass(80 * dayMs);
    await kms.run('ScheduleKeyDeletion', { KeyId });
    kms.pass(20 * dayMs);
    expect(await rotations()).toEqual([]);
    await kms.run('CancelKeyDeletion', { KeyId });
    expect(await rotations()).toEqual([]);
    await kms.run('EnableKey', { KeyId });
    expect(await rotations()).toHaveLength(1);
  });

  test('is off while the key is pending deletion, and on again after the deletion is cancelled', async () => {
    const { kms, KeyId, status } = await rotating(90);
    await kms.run('ScheduleKeyDeletion', { KeyId });
    expect(await status()).toEqual({ KeyId: kms.arn(KeyId), KeyRotationEnabled: false });
    await kms.run('CancelKeyDeletion', { KeyId });
    expect(await status()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
  });

  test.each(['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand'])(
    '%s needs an enabled key',
    async (operation) => {
      const kms = testKms();
      const KeyId = await kms.key();
      await kms.run('DisableKey', { KeyId });
      expect(await kms.error(operation, { KeyId })).toBe(
        `DisabledException: ${kms.arn(KeyId)} is disabled.`,
      );
      await kms.run('ScheduleKeyDeletion', { KeyId });
      expect(await kms.error(operation, { KeyId })).toBe(
        `KMSInvalidStateException: ${kms.arn(KeyId)} is pending deletion.`,
      );
    },
  );
});

describe('RotateKeyOnDemand', () => {
  test('adds a material, leaves the schedule alone, and old ciphertexts decrypt', async () => {
    const { kms, KeyId, status, rotations } = await rotating(90);
    const { CiphertextBlob } = await kms.run('Encrypt', { KeyId, Plaintext: base64('x') });
    kms.pass(dayMs);
    expect(await kms.run('RotateKeyOnDemand', { KeyId })).toEqual({ KeyId: kms.arn(KeyId) });
    expect((await status()).NextRotationDate).toBe(seconds(90));
    expect((await kms.run('Decrypt', { CiphertextBlob })).Plaintext).toBe(base64('x'));
    const [first, second] = kms.account.store.keys.get(KeyId)?.materials ?? [];
    const current = {
      KeyId: kms.arn(KeyId),
      KeyMaterialId: second?.id,
      KeyMaterialState: 'CURRENT',
      RotationDate: seconds(1),
      RotationType: 'ON_DEMAND',
    };
    expect(await rotations()).toEqual([current]);
    expect(await rotations('ALL_KEY_MATERIAL')).toEqual([
      { KeyId: kms.arn(KeyId), KeyMaterialId: first?.id, KeyMaterialState: 'NON_CURRENT' },
      current,
    ]);
    const { KeyMetadata } = await kms.run('DescribeKey', { KeyId });
    expect(KeyMetadata.CurrentKeyMaterialId).toBe(second?.id);
  });

  test('works 25 times, and not a 26th', async () => {
    const kms = testKms();
    const KeyId = await kms.key();
    for (let turn = 0; turn < 25; turn += 1) await kms.run('RotateKeyOnDemand', { KeyId });
    expect(await kms.error('RotateKeyOnDemand', { KeyId })).toMatch(/^LimitExceededException: /);
    expect(kms.account.store.keys.get(KeyId)?.materials).toHaveLength(26);
  });

  test('ends some time later where the account says so, and meanwhile the status says that it is at work', async () => {
    const kms = testKms(openKeyStore(), { onDemandRotationMs: 60_000 });
    const KeyId = await kms.key();
    const status = () => kms.run('GetKeyRotationStatus', { KeyId });
    const materialOf = async () =>
      (await kms.run('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).KeyMaterialId;
    const first = await materialOf();
    await kms.run('RotateKeyOnDemand', { KeyId });
    expect(await status()).toEqual({
      KeyId: kms.arn(KeyId),
      KeyRotationEnabled: false,
      OnDemandRotationStartDate: seconds(0),
    });
    expect(await kms.error('RotateKeyOnDemand', { KeyId })).toMatch(/^ConflictException: /);
    kms.pass(59_999);
    expect(await materialOf()).toBe(first);
    kms.pass(1);
    expect(await materialOf()).not.toBe(first);
    expect(await status()).toEqual({ KeyId: kms.arn(KeyId), KeyRotationEnabled: false });
    const { Rotations } = await kms.run('ListKeyRotations', { KeyId });
    expect(Rotations).toMatchObject([
      { RotationType: 'ON_DEMAND', RotationDate: (start + 60_000) / 1000 },
    ]);
  });

  test('and an automatic one that comes due meanwhile come in the order of their dates', async () => {
    const kms = testKms(openKeyStore(), { onDemandRotationMs: dayMs });
    const KeyId = await kms.key();
    await kms.run('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    kms.pass(89.5 * dayMs);
    await kms.run('RotateKeyOnDemand', { KeyId });
    kms.pass(100 * dayMs);
    const { Rotations } = await kms.run('ListKeyRotations', { KeyId });
    expect(Rotations.map((one: { RotationType: string }) => one.RotationType)).toEqual([
      'AUTOMATIC',
      'ON_DEMAND',
      'AUTOMATIC',
    ]);
  });

  test('automatic rotations do not count towards the 25', async () => {
    const { kms, KeyId } = await rotating(90);
    kms.pass(30 * 90 * dayMs + dayMs);
    expect(await kms.run('RotateKeyOnDemand', { KeyId })).toEqual({ KeyId: kms.arn(KeyId) });
  });

  test('conflicts with an automatic rotation of the last 20 minutes', async () => {
    const { kms, KeyId } = await rotating(90);
    kms.pass(90 * dayMs);
    expect(await kms.error('RotateKeyOnDemand', { KeyId })).toMatch(/^ConflictException: /);
    kms.pass(20 * 60_000);
    expect(await kms.run('RotateKeyOnDemand', { KeyId })).toEqual({ KeyId: kms.arn(KeyId) });
  });
});
