/** A key's rotations: against the KMS and DynamoDB of the local stack, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantStatus } from '../../../../contract/tenant-status.ts';
import { listRotations } from '../../../../lambdas/tenants/keys/rotations.ts';
import { setRotationPeriod } from '../../../../lambdas/tenants/lifecycle/rotation-period.ts';
import { type Aws, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';
import { codeOf, tenantsOf } from '../harness.ts';

let aws: Aws;
let tenants: ReturnType<typeof tenantsOf>;
beforeAll(async () => {
  aws = await openAws();
  tenants = tenantsOf(aws);
});
afterAll(() => aws.close());

const keyArnOf = async (tenantId: string) => (await tenants.row(tenantId)).keyArn as string;

describe('the history', () => {
  test('pages through every material once, the first one included', async () => {
    const keyArn = await keyArnOf(await tenants.make());
    const clients = aws.clients();
    for (let count = 0; count < 4; count += 1) {
      await aws.administrator.rotateKeyOnDemand({ KeyId: keyArn });
    }
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRotations(clients.kms, keyArn, { limit: 2, cursor });
      expect(page.rotations.length).toBeLessThanOrEqual(2);
      seen.push(...page.rotations);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const id = expect.stringMatching(/^[0-9a-f]{64}$/);
    const rotatedAt = expect.stringMatching(/^20.*Z$/);
    const onDemand = { keyMaterialId: id, type: 'ON_DEMAND', rotatedAt };
    expect(seen).toEqual([
      { keyMaterialId: id, state: 'NON_CURRENT' },
      ...Array.from({ length: 3 }, () => ({ ...onDemand, state: 'NON_CURRENT' })),
      { ...onDemand, state: 'CURRENT' },
    ]);
  });

  test.each(['', 'x', '%%%', Buffer.from('%%%').toString('base64url')])(
    'a cursor that the API did not make is a 400: %s',
    async (cursor) => {
      const keyArn = await keyArnOf(await tenants.make());
      const page = listRotations(aws.clients().kms, keyArn, { limit: 2, cursor });
      expect(await codeOf(page)).toBe('invalid-cursor');
    },
  );
});

describe('the period', () => {
  const periodOf = async (tenantId: string) => {
    const { RotationPeriodInDays } = await aws.administrator.getKeyRotationStatus({
      KeyId: await keyArnOf(tenantId),
    });
    return [(await tenants.row(tenantId)).rotationPeriodInDays, RotationPeriodInDays];
  };

  test('is changed in the row and in KMS, and is then no longer the configuration’s', async () => {
    const tenantId = await tenants.make();
    const row = await setRotationPeriod(tenants.options(), tenantId, 180);
    expect([row.rotationPeriodByDefault, row.lease]).toEqual([false, undefined]);
    expect(await periodOf(tenantId)).toEqual([180, 180]);
  });

  test.each<[TenantStatus, string]>([
    ['PROVISIONING', 'tenant-provisioning'],
    ['SUSPENDED', 'tenant-suspended'],
    ['OFFBOARDING', 'tenant-offboarding'],
    ['ERASED', 'tenant-erased'],
  ])('of a tenant that is %s stays', async (status, code) => {
    const tenantId = await tenants.make(status);
    expect(await codeOf(setRotationPeriod(tenants.options(), tenantId, 180))).toBe(code);
    expect((await tenants.row(tenantId)).rotationPeriodInDays).toBe(90);
  });

  const points = [1, 2, 3, 4].flatMap((call) =>
    (['before', 'after'] as const).map((side) => [side, call] as const),
  );
  test.each(points)(
    'changed by a request that crashes %s its call %d is set by the next',
    async (side, call) => {
      const tenantId = await tenants.make();
      const options = tenants.options({ fault: crashAt(call, side) });
      await expect(setRotationPeriod(options, tenantId, 180)).rejects.toThrow('ended');
      await tenants.expireLease(tenantId);
      await setRotationPeriod(tenants.options(), tenantId, 180);
      expect(await periodOf(tenantId)).toEqual([180, 180]);
    },
  );

  test('that several want at once is one of theirs, in the row and in KMS alike', async () => {
    const tenantId = await tenants.make();
    const periods = [100, 200, 300, 400];
    await Promise.all(
      periods.map((period) => setRotationPeriod(tenants.options(), tenantId, period)),
    );
    const [row, key] = await periodOf(tenantId);
    expect(periods).toContain(row);
    expect(key).toBe(row);
  });
});
