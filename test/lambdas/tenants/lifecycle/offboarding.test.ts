/** An offboarding: what it writes down, and when it is refused. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Aws, openAws } from '../aws.ts';
import { codeOf, offboard, tenantsOf } from '../harness.ts';

let aws: Aws;
let tenants: ReturnType<typeof tenantsOf>;
beforeAll(async () => {
  aws = await openAws();
  tenants = tenantsOf(aws);
});
afterAll(() => aws.close());

describe('offboarding', () => {
  test('writes down all that a certificate will say', async () => {
    const tenantId = await tenants.make();
    await tenants.use(tenantId);
    const KeyId = (await tenants.row(tenantId)).keyArn;
    await aws.administrator.rotateKeyOnDemand({ KeyId });
    const row = await tenants.invoke(tenantId, offboard({ force: true, windowInDays: 9 }));
    expect(row.offboarding).toMatchObject({
      windowInDays: 9,
      requestedBy: 'operator',
      keyLastUsed: { operation: 'Encrypt' },
      kmsRequestId: expect.any(String),
    });
    expect(row.offboarding?.keyMaterialIds).toHaveLength(2);
    const { KeyMetadata } = await aws.administrator.describeKey({ KeyId });
    expect(row.offboarding?.deletionDate).toBe(KeyMetadata?.DeletionDate?.toISOString());
  });

  test('is refused for a key that was used just now, unless it is forced', async () => {
    const tenantId = await tenants.make();
    await tenants.use(tenantId);
    const error = await tenants.invoke(tenantId, offboard()).catch((problem) => problem);
    expect([error.code, error.message]).toEqual([
      'key-recently-used',
      expect.stringMatching(/for Encrypt at 20\d\d-/),
    ]);
    expect(await tenants.stateOf(tenantId)).toBe('ACTIVE Enabled');
    await tenants.invoke(tenantId, offboard({ force: true }));
    expect(await tenants.stateOf(tenantId)).toBe('OFFBOARDING PendingDeletion');
  });

  test('writes down a use after the check and before the key is disabled', async () => {
    const tenantId = await tenants.make();
    let uses: Promise<void> | undefined;
    const fault = {
      before(command: string) {
        if (command === 'UpdateItemCommand') uses ??= tenants.use(tenantId);
      },
    };
    const row = await tenants.invoke(tenantId, offboard(), { fault });
    await uses;
    expect(row.offboarding?.keyLastUsed?.operation).toBe('Encrypt');
  });

  test('with another window than the first is a 409; without one it is the same again', async () => {
    const tenantId = await tenants.make('OFFBOARDING');
    const other = { windowInDays: 30 };
    expect(await codeOf(tenants.invoke(tenantId, offboard(other)))).toBe('tenant-offboarding');
    const byDefault = { ...other, windowByDefault: true };
    expect(await codeOf(tenants.invoke(tenantId, offboard(byDefault)))).toBe('done');
  });

  test('of a key that is pending deletion already takes its date from KMS', async () => {
    const tenantId = await tenants.make();
    const KeyId = (await tenants.row(tenantId)).keyArn;
    const { DeletionDate } = await aws.administrator.scheduleKeyDeletion({
      KeyId,
      PendingWindowInDays: 20,
    });
    const { offboarding } = await tenants.invoke(tenantId, offboard());
    expect(offboarding?.deletionDate).toBe(DeletionDate?.toISOString());
    expect(offboarding?.kmsRequestId).toBeUndefined();
  });

  test('by the reconciler again schedules the deletion that somebody has cancelled', async () => {
    const tenantId = await tenants.make('OFFBOARDING');
    const KeyId = (await tenants.row(tenantId)).keyArn;
    await aws.administrator.cancelKeyDeletion({ KeyId });
    await aws.administrator.enableKey({ KeyId });
    await tenants.again(tenantId, 'offboard');
    expect(await tenants.stateOf(tenantId)).toBe('OFFBOARDING PendingDeletion');
  });
});

test('the reconciler cannot begin an offboarding that nobody has asked for', async () => {
  const tenantId = await tenants.make();
  await expect(tenants.again(tenantId, 'offboard')).rejects.toThrow('without its beginning');
  expect(await tenants.stateOf(tenantId)).toBe('ACTIVE Enabled');
});
