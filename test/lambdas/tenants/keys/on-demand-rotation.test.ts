/** A rotation on demand, whatever is cut off: against the KMS and DynamoDB of the local stack, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RotateRequest } from '../../../../contract/tenants.ts';
import { keyDetailsOf } from '../../../../lambdas/tenants/keys/key-details.ts';
import { rotateOnDemand } from '../../../../lambdas/tenants/keys/on-demand-rotation.ts';
import { settleRotation } from '../../../../lambdas/tenants/keys/rotation-outcome.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';
import { codeOf, type Invocation, tenantsOf } from '../harness.ts';

const minuteMs = 60_000;

function harnessOf(aws: Aws) {
  const tenants = tenantsOf(aws);
  const keyArnOf = async (tenantId: string) => (await tenants.row(tenantId)).keyArn as string;
  const harness = {
    ...tenants,
    keyArnOf,
    async rotate(tenantId: string, wanted: RotateRequest = {}, invocation: Invocation = {}) {
      const { kmsWithoutRetry } = aws.clients(invocation.fault);
      const work = { ...tenants.options(invocation), kmsWithoutRetry };
      return rotateOnDemand(work, await tenants.row(tenantId), wanted);
    },
    async current(tenantId: string) {
      const KeyId = await keyArnOf(tenantId);
      const { KeyMetadata } = await aws.administrator.describeKey({ KeyId });
      return KeyMetadata?.CurrentKeyMaterialId as string;
    },
    /** @returns how many of the key's 25 rotations are used up */
    async spent(tenantId: string) {
      const KeyId = await keyArnOf(tenantId);
      const { Rotations = [] } = await aws.administrator.listKeyRotations({ KeyId });
      const { OnDemandRotationStartDate } = await aws.administrator.getKeyRotationStatus({ KeyId });
      const made = Rotations.filter(({ RotationType }) => RotationType === 'ON_DEMAND').length;
      return made + Number(OnDemandRotationStartDate !== undefined);
    },
    /** As time would: the lease is over, and what was requested was so that long ago. */
    async pass(tenantId: string, minutes: number) {
      await tenants.expireLease(tenantId);
      const row = await aws.row(tenantId);
      if (row?.rotation === undefined) return;
      const rotation = row.rotation as { requestedAt: string };
      const requestedAt = new Date(Date.parse(rotation.requestedAt) - minutes * minuteMs);
      await aws.put({ ...row, rotation: { ...rotation, requestedAt: requestedAt.toISOString() } });
    },
  };
  return harness;
}

/** The calls that a rotation makes are at the same places, whether KMS rotates at once or later. */
const kinds = [
  ['is done at once', 0],
  ['goes on for an hour', 60 * minuteMs],
] as const;

describe.each(kinds)('where KMS’s rotation %s', (_, onDemandRotationMs) => {
  let aws: Aws;
  let here: ReturnType<typeof harnessOf>;
  beforeAll(async () => {
    aws = await openAws({ onDemandRotationMs });
    here = harnessOf(aws);
  });
  afterAll(() => aws.close());

  test('the answer names the superseded material, and the current one as KMS has it', async () => {
    const tenantId = await here.make();
    const before = await here.current(tenantId);
    const { isBegun, started } = await here.rotate(tenantId);
    expect([isBegun, started]).toEqual([
      true,
      {
        tenantId,
        keyArn: await here.keyArnOf(tenantId),
        rotationsLeft: 24,
        supersededKeyMaterialId: before,
        currentKeyMaterialId: await here.current(tenantId),
      },
    ]);
    expect(started.currentKeyMaterialId === before).toBe(onDemandRotationMs > 0);
    const { rotation, lease } = await here.row(tenantId);
    expect([rotation?.state, lease]).toEqual(['accepted', undefined]);
  });

  test('the same again, naming the material or not, is the same rotation', async () => {
    const tenantId = await here.make();
    const { started } = await here.rotate(tenantId);
    const keyMaterialId = started.supersededKeyMaterialId;
    for (const wanted of [{}, { keyMaterialId }]) {
      expect(await here.rotate(tenantId, wanted)).toEqual({ isBegun: false, started });
    }
    await here.pass(tenantId, 24 * 60);
    expect(await here.rotate(tenantId, { keyMaterialId })).toEqual({ isBegun: false, started });
    expect(await here.spent(tenantId)).toBe(1);
  });

  test('ten requests at once are one rotation', async () => {
    const tenantId = await here.make();
    const all = await Promise.all(Array.from({ length: 10 }, () => here.rotate(tenantId)));
    expect(all.filter(({ isBegun }) => isBegun)).toHaveLength(1);
    expect(await here.spent(tenantId)).toBe(1);
  });

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

describe('a rotation', () => {
  let aws: Aws;
  let here: ReturnType<typeof harnessOf>;
  beforeAll(async () => {
    aws = await openAws();
    here = harnessOf(aws);
  });
  afterAll(() => aws.close());

  const ofRotate =
    (act: () => void) =>
    (command: string): void => {
      if (command === 'RotateKeyOnDemandCommand') act();
    };
  const lost = () => {
    throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
  };

  test('of the material that is current is another one each time, 25 times in all', async () => {
    const tenantId = await here.make();
    for (let left = 24; left >= 0; left -= 1) {
      const keyMaterialId = await here.current(tenantId);
      expect((await here.rotate(tenantId, { keyMaterialId })).started.rotationsLeft).toBe(left);
    }
    const { rotation } = await here.row(tenantId);
    const keyMaterialId = await here.current(tenantId);
    expect(await codeOf(here.rotate(tenantId, { keyMaterialId }))).toBe('rotation-limit-reached');
    expect((await here.row(tenantId)).rotation).toEqual(rotation);
    const details = await keyDetailsOf(aws.clients().kms, await here.keyArnOf(tenantId));
    expect(details).toMatchObject({
      onDemandRotationsLeft: 0,
      currentKeyMaterialId: keyMaterialId,
    });
  });

  test('that names no material is another one once the last is an hour old', async () => {
    const tenantId = await here.make();
    await here.rotate(tenantId);
    await here.pass(tenantId, 59);
    expect((await here.rotate(tenantId)).isBegun).toBe(false);
    await here.pass(tenantId, 1);
    expect((await here.rotate(tenantId)).isBegun).toBe(true);
    expect(await here.spent(tenantId)).toBe(2);
  });

  test('of a material that the key never had is a 400', async () => {
    const tenantId = await here.make();
    expect(await codeOf(here.rotate(tenantId, { keyMaterialId: 'a'.repeat(64) }))).toBe(
      'bad-request',
    );
    expect(await here.spent(tenantId)).toBe(0);
  });

  test('whose answer is lost, and which KMS shows, is done', async () => {
    const tenantId = await here.make();
    let asked = 0;
    const fault: Fault = {
      afterAttempt: ofRotate(() => {
        asked += 1;
        lost();
      }),
    };
    expect((await here.rotate(tenantId, {}, { fault })).isBegun).toBe(true);
    expect([asked, await here.spent(tenantId)]).toEqual([1, 1]);
  });

  test('whose answer is lost, and which KMS does not show, is unconfirmed, without Retry-After', async () => {
    const tenantId = await here.make();
    const problem = await here
      .rotate(tenantId, {}, { fault: { before: ofRotate(lost) } })
      .catch((error) => error);
    expect([problem.code, problem.status, problem.headers]).toEqual([
      'rotation-unconfirmed',
      409,
      {},
    ]);
    const { rotation, lease } = await here.row(tenantId);
    expect([rotation?.state, lease]).toEqual(['requested', undefined]);
    // A tenant can be suspended meanwhile, and resumed, and the rotation is not forgotten.
    await here.invoke(tenantId, { intent: 'suspend' });
    expect(await codeOf(here.rotate(tenantId))).toBe('tenant-suspended');
    await here.invoke(tenantId, { intent: 'resume' });
    await here.pass(tenantId, 4);
    expect(await codeOf(here.rotate(tenantId))).toBe('rotation-unconfirmed');
    expect(await here.spent(tenantId)).toBe(0);
    await here.pass(tenantId, 1);
    expect((await here.rotate(tenantId)).isBegun).toBe(true);
    expect(await here.spent(tenantId)).toBe(1);
  });

  test('that was never confirmed, and whose material somebody else has rotated, leaves the wanted one to be rotated', async () => {
    const tenantId = await here.make();
    await here.rotate(tenantId, {}, { fault: { before: ofRotate(lost) } }).catch(() => undefined);
    await aws.administrator.rotateKeyOnDemand({ KeyId: await here.keyArnOf(tenantId) });
    const keyMaterialId = await here.current(tenantId);
    const { started } = await here.rotate(tenantId, { keyMaterialId });
    expect(started.supersededKeyMaterialId).toBe(keyMaterialId);
    expect(started.currentKeyMaterialId).not.toBe(keyMaterialId);
  });

  const refusedBy = (name: string): Fault => ({
    before: ofRotate(() => {
      throw Object.assign(new Error(), { name, $metadata: { httpStatusCode: 400 } });
    }),
  });
  test.each([
    ['LimitExceededException', 'rotation-limit-reached'],
    ['ConflictException', 'rotation-in-progress'],
    ['DisabledException', 'DisabledException'],
  ])('that KMS refuses by %s leaves the row as it was', async (name, code) => {
    const tenantId = await here.make();
    const fault = refusedBy(name);
    expect(await codeOf(here.rotate(tenantId, {}, { fault }))).toBe(code);
    const { rotation, lease } = await here.row(tenantId);
    expect([rotation, lease]).toEqual([undefined, undefined]);
    expect((await here.rotate(tenantId)).isBegun).toBe(true);
    const before = (await here.row(tenantId)).rotation;
    const keyMaterialId = await here.current(tenantId);
    expect(await codeOf(here.rotate(tenantId, { keyMaterialId }, { fault }))).toBe(code);
    expect((await here.row(tenantId)).rotation).toEqual(before);
  });

  test('is not asked for by an invocation whose time is over', async () => {
    const tenantId = await here.make();
    const ask = here.rotate(tenantId, {}, { ms: -1 });
    expect(await codeOf(ask)).toBe('unavailable');
    expect(await here.spent(tenantId)).toBe(0);
  });
});

test('a rotation that ends while KMS is looked at is seen', async () => {
  const onDemandRotationMs = 3000;
  const aws = await openAws({ onDemandRotationMs });
  const here = harnessOf(aws);
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
