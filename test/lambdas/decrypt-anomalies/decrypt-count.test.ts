/** Which rows of the audit table count as decrypted items. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { batch, type Harness, hours, openHarness, text } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterEach(() => harness.retireAll());
afterAll(() => harness.close());

/** @returns what the first hour that is judged of a new tenant counts */
async function counted(events: readonly Record<string, unknown>[], hour = hours(0)) {
  const tenantId = await harness.makeTenant();
  await harness.write(tenantId, hour, events);
  await harness.run();
  return (await harness.baseline(tenantId))?.mean;
}

describe('what is counted', () => {
  test.each(['decrypt', 'decryptDataKey', 'reencrypt', 'decryptBatch', 'reencryptBatch'])(
    '%s is one item, where it says no number',
    async (operation) => {
      expect(await counted([{ operation }, { operation }, { operation }])).toBe(3);
    },
  );

  test('a batch is its items, but for those that failed', async () => {
    const events = [batch(500), batch(40, { failedItems: 15 }), batch(7, { failedItems: 7 })];
    expect(await counted(events)).toBe(525);
  });

  test('what was encrypted, refused or failed is not', async () => {
    const others = ['encrypt', 'encryptBatch', 'generateDataKey', 'inspect'].map((operation) => ({
      operation,
    }));
    const ended = ['refused', 'failed'].map((outcome) => ({ outcome }));
    expect(await counted([...others, ...ended, {}])).toBe(1);
  });

  test('a call of KMS is not, since its request is counted', async () => {
    const kms = { kind: 'kms', operation: 'decrypt', keyArn: 'arn' };
    expect(await counted([kms, {}])).toBe(1);
  });

  test('an attempt is not, nor what other planes were asked for', async () => {
    const attempt = {
      kind: 'attempt',
      operation: 'decrypt',
      outcome: 'refused',
      status: 403,
      times: 40,
    };
    const others = ['suspend', 'listEvents', 'erasureCertificate'].map((operation) => ({
      operation,
    }));
    const looked = { kind: 'kms', operation: 'DescribeKey', keyArn: 'arn', routine: true };
    expect(await counted([attempt, ...others, looked, {}])).toBe(1);
  });

  test('the first moment of the hour is in it, and the first of the next is not', async () => {
    const times = [-1, 0, 3_599_999, 3_600_000].map((ms) => ({ time: text(hours(0) + ms) }));
    expect(await counted(times)).toBe(2);
  });

  test("a neighbour's, whose id begins alike, is not", async () => {
    const [tenantId, other] = [await harness.makeTenant(), await harness.makeTenant()];
    await harness.write(`${tenantId}2`, hours(0), [{}, {}]);
    await harness.write(other, hours(0), [{}]);
    await harness.run();
    expect((await harness.baseline(tenantId))?.mean).toBe(0);
  });

  test('more rows than one page has', async () => {
    // About 1.5 MB, of which DynamoDB gives 1 MB at once.
    const large = Array.from({ length: 40 }, () => ({ principal: 'x'.repeat(38_000) }));
    let pages = 0;
    const tenantId = await harness.makeTenant();
    await harness.write(tenantId, hours(0), large);
    await harness.run({
      before: (command) => {
        if (command === 'Query') pages += 1;
      },
    });
    expect([(await harness.baseline(tenantId))?.mean, pages]).toEqual([40, 2]);
  });

  test.each([
    ['a text', { items: 'many' }],
    ['negative', { items: -1000 }],
    ['raised by a negative one of what failed', { items: 5, failedItems: -1000 }],
    ['a part', { items: 0.5 }],
    ['less than what failed of it', { items: 1, failedItems: 2 }],
  ])('a number of items that is %s is no number, and the tenant not judged', async (_, event) => {
    const [tenantId, other] = [await harness.makeTenant(), await harness.makeTenant()];
    await harness.settle(tenantId);
    await harness.write(tenantId, hours(0), [event]);
    const { summary, lines } = await harness.run();
    expect(summary).toMatchObject({ tenants: 2, failed: 1 });
    expect(lines).toMatchObject([
      { level: 'ERROR', message: 'volume not judged', tenantId, error: 'Error' },
    ]);
    expect(await harness.baseline(tenantId)).toMatchObject({ judgedUpTo: text(hours(1)) });
    expect(await harness.baseline(other)).toMatchObject({ judgedUpTo: text(hours(0)) });
  });
});
