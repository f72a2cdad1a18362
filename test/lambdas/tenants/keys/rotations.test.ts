/** A key's rotations: against the KMS and DynamoDB of the local stack, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantStatus } from '../../../../contract/tenant-status.ts';
import { keyDetailsOf } from '../../../../lambdas/tenants/keys/key-details.ts';
import {
  listRotations,
  onDemandRotationsLeft,
  rotateNow,
  rotationsOf,
  setRotationPeriod,
} from '../../../../lambdas/tenants/keys/rotations.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
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

describe('a rotation on demand', () => {
  test('adds a material, 25 times in all, and then is a 409', async () => {
    const keyArn = await keyArnOf(await tenants.make());
    const clients = aws.clients();
    for (let left = 24; left >= 0; left -= 1) {
      expect(await rotateNow(clients, keyArn)).toBe(left);
    }
    expect(await codeOf(rotateNow(clients, keyArn))).toBe('rotation-limit-reached');
    const rotations = await rotationsOf(clients.kms, keyArn);
    expect(rotations).toHaveLength(26);
    expect(onDemandRotationsLeft(rotations)).toBe(0);
    expect((await keyDetailsOf(clients.kms, keyArn)).onDemandRotationsLeft).toBe(0);
  });

  test('is not asked for twice where its answer is lost', async () => {
    const keyArn = await keyArnOf(await tenants.make());
    let asked = 0;
    const fault: Fault = {
      afterAttempt(command) {
        if (command !== 'RotateKeyOnDemandCommand') return;
        asked += 1;
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      },
    };
    expect(await codeOf(rotateNow(aws.clients(fault), keyArn))).toBe('TimeoutError');
    expect(asked).toBe(1);
    expect(await rotationsOf(aws.clients().kms, keyArn)).toHaveLength(2);
  });

  test('while KMS is rotating the key is a 409', async () => {
    const keyArn = await keyArnOf(await tenants.make());
    const fault: Fault = {
      before(command) {
        if (command !== 'RotateKeyOnDemandCommand') return;
        throw Object.assign(new Error(), { name: 'ConflictException' });
      },
    };
    expect(await codeOf(rotateNow(aws.clients(fault), keyArn))).toBe('rotation-in-progress');
  });
});

describe('the history', () => {
  test('pages through every material once, the first one included', async () => {
    const keyArn = await keyArnOf(await tenants.make());
    const clients = aws.clients();
    for (let count = 0; count < 4; count += 1) await rotateNow(clients, keyArn);
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
