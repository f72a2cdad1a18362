/** A rotation on demand: against the KMS and DynamoDB of the local stack, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyDetailsOf } from '../../../../lambdas/tenants/keys/key-details.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
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
});

describe('a rotation', () => {
  let aws: Aws;
  let here: ReturnType<typeof onDemandRotations>;
  beforeAll(async () => {
    aws = await openAws();
    here = onDemandRotations(aws);
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
