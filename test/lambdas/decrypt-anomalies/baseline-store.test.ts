/** An hour is judged once, and only by a baseline that is as it must be. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { batches, type Harness, hours, openHarness, text } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterEach(() => harness.retireAll());
afterAll(() => harness.close());

describe('an hour is judged once', () => {
  const settled = async () => {
    const tenantId = await harness.makeTenant();
    await harness.settle(tenantId);
    await harness.write(tenantId, hours(0), batches(4, 1000));
    return tenantId;
  };

  test('by two runs one after the other', async () => {
    const tenantId = await settled();
    await harness.run();
    const after = await harness.baseline(tenantId);
    const { summary, lines } = await harness.run();
    expect([summary.unusual, lines]).toEqual([0, []]);
    expect(await harness.baseline(tenantId)).toEqual(after);
  });

  test('by two at once', async () => {
    const tenantId = await settled();
    const runs = await Promise.all([harness.run(), harness.run()]);
    expect(runs.map(({ summary }) => summary.unusual).sort()).toEqual([0, 1]);
    expect(runs.map(({ summary }) => summary.failed)).toEqual([0, 0]);
    expect(await harness.baseline(tenantId)).toMatchObject({ hours: 241, unusualInARow: 1 });
  });

  test('by two at once, of a tenant that was never judged', async () => {
    const tenantId = await harness.makeTenant();
    await harness.write(tenantId, hours(0), [{}]);
    await Promise.all([harness.run(), harness.run()]);
    expect(await harness.baseline(tenantId)).toMatchObject({ hours: 1, mean: 1 });
  });

  test('and logged, though the answer to the write is lost and it is sent again', async () => {
    const tenantId = await settled();
    let lost = false;
    const { summary } = await harness.run({
      afterAttempt: (command) => {
        if (command !== 'PutItem' || lost) return;
        lost = true;
        throw Object.assign(new Error('the answer is lost'), { name: 'TimeoutError' });
      },
    });
    expect(lost).toBe(true);
    expect(summary).toMatchObject({ unusual: 1, failed: 0 });
    expect(await harness.baseline(tenantId)).toMatchObject({ hours: 241 });
  });
});

describe('a baseline', () => {
  test.each([
    ['of an hour to come', { judgedUpTo: text(hours(-50)) }],
    ['of no full hour', { judgedUpTo: text(hours(2) + 1000) }],
    ['of no time', { judgedUpTo: 'yesterday' }],
    ['without a mean', { mean: undefined }],
    ['with a negative mean', { mean: -1 }],
    ['with a text as deviation', { deviation: '100' }],
    ['with an attribute that this version does not know', { threshold: 1e9 }],
  ])('%s judges nothing, and stays as it is for inspection', async (_, change) => {
    const tenantId = await harness.makeTenant();
    const { mean, ...rest } = { mean: 1000, ...change };
    await harness.settle(tenantId);
    const { mean: __, ...settled } = (await harness.baseline(tenantId)) ?? {};
    await harness.putRow({ ...settled, ...rest, ...(mean !== undefined && { mean }) });
    const found = await harness.baseline(tenantId);
    expect((await harness.run()).summary).toMatchObject({ failed: 1, unusual: 0 });
    expect(await harness.baseline(tenantId)).toEqual(found);
  });
});

test('a baseline is under no partition key that a tenant could have, and goes away by itself', async () => {
  const tenantId = await harness.makeTenant();
  await harness.run();
  expect(await harness.baseline(tenantId)).toEqual({
    tenantId: `baseline/${tenantId}`,
    eventKey: 'decrypts',
    mean: 0,
    deviation: 0,
    hours: 1,
    unusualInARow: 0,
    judgedUpTo: text(hours(0)),
    writer: expect.any(String),
    expiresAt: expect.any(Number),
  });
  const days =
    (Number((await harness.baseline(tenantId))?.expiresAt) * 1000 - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(90);
});
