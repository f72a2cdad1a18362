/** A rotation on demand that is cut off: how many of the key's 25 it spends, and what the row says in the end. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settleRotation } from '../../../../lambdas/tenants/lifecycle/rotation-outcome.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';
import { codeOf } from '../harness.ts';
import { onDemandRotations, rotationKinds } from '../on-demand-rotations.ts';

describe.each(rotationKinds)('where KMS’s rotation %s', (_, onDemandRotationMs) => {
  let aws: Aws;
  let here: ReturnType<typeof onDemandRotations>;
  beforeAll(async () => {
    aws = await openAws({ onDemandRotationMs });
    here = onDemandRotations(aws);
  });
  afterAll(() => aws.close());

  const callCount = 10;
  const points = Array.from({ length: callCount }, (_, index) =>
    (['before', 'after'] as const).map((side) => [side, index + 1] as const),
  ).flat();

  test('a rotation makes as many calls as the matrix has points', async () => {
    const fault = crashAt(Number.POSITIVE_INFINITY, 'after');
    await here.rotate(await here.make(), {}, { fault });
    expect(fault.calls).toBe(callCount);
  });

  const crash = async (side: 'before' | 'after', call: number) => {
    const tenantId = await here.make();
    const keyMaterialId = await here.current(tenantId);
    const fault = crashAt(call, side);
    await here.rotate(tenantId, {}, { fault }).catch(() => undefined);
    await here.expireLease(tenantId);
    return { tenantId, keyMaterialId };
  };

  test.each(points)(
    'that crashes %s call %d: retries at once and later, with and without the material, spend one',
    async (...point) => {
      const { tenantId, keyMaterialId } = await crash(...point);
      expect(['done', 'rotation-unconfirmed']).toContain(await codeOf(here.rotate(tenantId)));
      expect(await here.spent(tenantId)).toBeLessThanOrEqual(1);
      await here.pass(tenantId, 6);
      await here.rotate(tenantId);
      await here.rotate(tenantId, { keyMaterialId });
      expect(await here.spent(tenantId)).toBe(1);
      const { rotation, lease } = await here.row(tenantId);
      expect([rotation?.state, lease]).toEqual(['accepted', undefined]);
    },
  );

  test.each(points)(
    'that crashes %s call %d: the reconciler writes down what KMS did, and then a retry spends one',
    async (...point) => {
      const { tenantId } = await crash(...point);
      const settle = async () => settleRotation(here.options(), await here.row(tenantId));
      await settle();
      const spent = await here.spent(tenantId);
      await here.pass(tenantId, 6);
      await settle();
      expect(await here.spent(tenantId)).toBe(spent);
      expect((await here.row(tenantId)).rotation?.state).toBe(spent === 1 ? 'accepted' : undefined);
      await here.rotate(tenantId);
      expect(await here.spent(tenantId)).toBe(1);
    },
  );
});

test('a rotation that ends while KMS is looked at is seen', async () => {
  const onDemandRotationMs = 3000;
  const aws = await openAws({ onDemandRotationMs });
  const here = onDemandRotations(aws);
  const tenantId = await here.make();
  const row = await here.row(tenantId);
  const supersededKeyMaterialId = await here.current(tenantId);
  await aws.administrator.rotateKeyOnDemand({ KeyId: row.keyArn });
  const endsAt = Date.now() + onDemandRotationMs;
  // Older than what KMS takes to show: what is not seen now is taken for not begun.
  const requestedAt = new Date(0).toISOString();
  await aws.put({ ...row, rotation: { supersededKeyMaterialId, requestedAt, state: 'requested' } });
  let reads = 0;
  const fault: Fault = {
    after(command) {
      if (!['DescribeKeyCommand', 'GetKeyRotationStatusCommand'].includes(command)) return;
      reads += 1;
      // The first answer is from before the end, the second from after it.
      if (reads === 1)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, untilMs(endsAt));
    },
  };
  await settleRotation(here.options({ fault }), await here.row(tenantId));
  expect([reads, (await here.row(tenantId)).rotation?.state]).toEqual([2, 'accepted']);
  await aws.close();
});

const untilMs = (time: number) => Math.max(0, time - Date.now()) + 50;
