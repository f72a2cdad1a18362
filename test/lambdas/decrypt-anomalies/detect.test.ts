/** Runs over tenants with audit rows, on tables of the local stack. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  batch,
  batches,
  dueAt,
  type Harness,
  hours,
  openHarness,
  type RunOptions,
  text,
} from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterEach(() => harness.retireAll());
afterAll(() => harness.close());

describe('who is judged', () => {
  test.each(['ACTIVE', 'SUSPENDED', 'OFFBOARDING'])(
    'a tenant that is %s, and may have decrypted an hour ago',
    async (status) => {
      await harness.settle(await harness.makeTenant({ status }));
      expect((await harness.run()).summary.tenants).toBe(1);
    },
  );

  test.each(['PROVISIONING', 'ERASED'])('not one that is %s', async (status) => {
    const tenantId = await harness.makeTenant({ status });
    expect((await harness.run()).summary.tenants).toBe(0);
    expect(await harness.baseline(tenantId)).toBeUndefined();
  });

  test('not one whose row is not as it must be, and all the others', async () => {
    const [odd, tenantId] = [
      await harness.makeTenant({ status: 'ODD' }),
      await harness.makeTenant(),
    ];
    expect((await harness.run()).summary).toMatchObject({ tenants: 1, failed: 0 });
    expect(await harness.baseline(odd)).toBeUndefined();
    expect(await harness.baseline(tenantId)).toMatchObject({ hours: 1 });
  });

  test('all of more than are judged at once', async () => {
    const tenants: string[] = [];
    for (let count = 0; count < 35; count += 1) tenants.push(await harness.makeTenant());
    let now = 0;
    let atOnce = 0;
    const { summary } = await harness.run({
      before: (command) => {
        if (command === 'GetItem') now += 1;
        if (command === 'PutItem') now -= 1;
        atOnce = Math.max(atOnce, now);
      },
    });
    expect(summary).toMatchObject({ tenants: 35, failed: 0, unfinished: 0 });
    expect(atOnce).toBeLessThanOrEqual(10);
    for (const tenantId of tenants) {
      expect(await harness.baseline(tenantId)).toMatchObject({ hours: 1 });
    }
  });
});

describe('an unusual hour', () => {
  test('is logged, with what was expected', async () => {
    const tenantId = await harness.makeTenant();
    await harness.settle(tenantId);
    await harness.write(tenantId, hours(0), batches(4, 1000));
    const { summary, lines } = await harness.run();
    expect(summary).toMatchObject({ tenants: 1, unusual: 1, failed: 0, unfinished: 0 });
    expect(lines).toEqual([
      {
        timestamp: expect.any(String),
        level: 'WARN',
        message: 'unusual volume',
        tenantId,
        hour: text(hours(0)),
        items: 4000,
        expected: 1000,
        deviation: 100,
        mostUsual: 3000,
      },
    ]);
    expect(await harness.baseline(tenantId)).toMatchObject({ unusualInARow: 1, hours: 241 });
  });

  test("is a tenant's own: what is usual for a neighbour does not hide it", async () => {
    const [large, small] = [await harness.makeTenant(), await harness.makeTenant()];
    await harness.settle(large, { mean: 5000 });
    await harness.settle(small, { mean: 10, deviation: 5 });
    for (const tenantId of [large, small]) {
      await harness.write(tenantId, hours(0), batches(5, 1000));
    }
    const { lines } = await harness.run();
    expect(lines).toMatchObject([{ message: 'unusual volume', tenantId: small }]);
  });

  test('is none in the first day of a tenant', async () => {
    const tenantId = await harness.makeTenant();
    await harness.settle(tenantId, { hours: 23, mean: 1, deviation: 0 });
    await harness.write(tenantId, hours(0), [batch(1000)]);
    expect((await harness.run()).summary.unusual).toBe(0);
  });
});

describe('hours that were missed', () => {
  test('are caught up, each logged as the hour that it is', async () => {
    const tenantId = await harness.makeTenant();
    await harness.settle(tenantId, { judgedUpTo: text(hours(4)) });
    for (const ago of [0, 1, 2, 3, 4]) await harness.write(tenantId, hours(ago), [batch(1000)]);
    await harness.write(tenantId, hours(2), batches(5, 1000));
    const { lines, summary } = await harness.run();
    expect(lines).toMatchObject([{ tenantId, hour: text(hours(2)), items: 6000 }]);
    expect(summary.unusual).toBe(1);
    expect(await harness.baseline(tenantId)).toMatchObject({
      hours: 244,
      judgedUpTo: text(hours(0)),
      unusualInARow: 0,
    });
  });

  test('are caught up a day back, and no further', async () => {
    const tenantId = await harness.makeTenant();
    await harness.settle(tenantId, { judgedUpTo: text(hours(100)) });
    for (const ago of [23, 24]) await harness.write(tenantId, hours(ago), [batch(9000)]);
    const { lines } = await harness.run();
    expect(lines).toMatchObject([{ hour: text(hours(23)) }]);
    expect(await harness.baseline(tenantId)).toMatchObject({ hours: 264 });
  });
});

describe('a run without enough time', () => {
  test('starts nothing, and counts the tenants that it leaves', async () => {
    const tenants = [await harness.makeTenant(), await harness.makeTenant()];
    const calls: string[] = [];
    const end = Date.now() + 59_000;
    const { summary } = await harness.run({ end, before: (command) => calls.push(command) });
    expect(summary).toMatchObject({ tenants: 2, unusual: 0, failed: 0, unfinished: 2 });
    expect(new Set(calls)).toEqual(new Set(['Scan']));
    expect((await harness.run()).summary).toMatchObject({ unfinished: 0 });
    for (const tenantId of tenants) expect(await harness.baseline(tenantId)).toBeDefined();
  });

  test('leaves an hour that it has not counted to the end unjudged', async () => {
    const tenantId = await harness.makeTenant();
    const large = Array.from({ length: 40 }, () => ({ principal: 'x'.repeat(38_000) }));
    await harness.write(tenantId, hours(0), large);
    await harness.settle(tenantId);
    const end = Date.now() + 900_000;
    const clock = Date.now;
    let passed = 0;
    Date.now = () => clock() + passed;
    try {
      const before: RunOptions['before'] = (command) => {
        // Time for the first page, and none for the second.
        if (command === 'Query') passed = 850_000;
      };
      const { summary } = await harness.run({ end, before });
      expect(summary).toMatchObject({ unfinished: 1, failed: 0 });
    } finally {
      Date.now = clock;
    }
    expect(await harness.baseline(tenantId)).toMatchObject({ judgedUpTo: text(hours(1)) });
    await harness.run();
    expect(await harness.baseline(tenantId)).toMatchObject({ judgedUpTo: text(hours(0)) });
  });
});

describe('a tenant that fails', () => {
  test('stops no other, and is judged in the next run', async () => {
    const tenants: string[] = [];
    for (let count = 0; count < 15; count += 1) tenants.push(await harness.makeTenant());
    const refused = tenants[7] as string;
    const before: RunOptions['before'] = (command, { ExpressionAttributeValues: values }) => {
      const tenantId = (values as Record<string, unknown> | undefined)?.[':tenantId'];
      if (command === 'Query' && tenantId === refused) throw new TypeError('not today');
    };
    const { summary, lines } = await harness.run({ before });
    expect(summary).toMatchObject({ tenants: 15, failed: 1, unfinished: 0 });
    expect(lines).toMatchObject([{ level: 'ERROR', tenantId: refused, error: 'TypeError' }]);
    expect(JSON.stringify(lines)).not.toContain('not today');
    for (const tenantId of tenants) {
      expect((await harness.baseline(tenantId)) !== undefined).toBe(tenantId !== refused);
    }
    await harness.run();
    expect(await harness.baseline(refused)).toMatchObject({ hours: 1 });
  });

  test('but where the registry cannot be read, the whole run fails', async () => {
    const before: RunOptions['before'] = (command) => {
      if (command === 'Scan') throw new Error('no registry');
    };
    await expect(harness.run({ before })).rejects.toThrow('no registry');
  });
});

test('a week of runs, hour by hour: a steady tenant, a spike on the fifth day, and nothing after it', async () => {
  const tenantId = await harness.makeTenant();
  const logged: unknown[] = [];
  for (let ago = 120; ago >= 0; ago -= 1) {
    const spike = ago === 20;
    await harness.write(tenantId, hours(ago), [batch(spike ? 900 : 100 + (ago % 24) * 10)]);
    const { lines } = await harness.run({ now: dueAt(hours(ago)) });
    logged.push(...lines.filter((line) => line.message === 'unusual volume'));
  }
  expect(logged).toMatchObject([{ tenantId, hour: text(hours(20)), items: 900 }]);
});
