/** Delivery of log lines to the functions that subscribe to them. */
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openSubscriptions, type Subscriptions } from '../../../local/logs/subscriptions.ts';
import type { Subscription } from '../../../local/logs/template.ts';
import { localAccount } from '../../../local/stack.ts';

interface Message {
  readonly messageType: string;
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly { id: string; timestamp: number; message: string }[];
}

const time = new Date('2026-11-24T12:00:00.123Z');
const all: Subscription = { name: 'all', logGroup: 'app', pattern: '', functionArn: 'arn:all' };
const audit: Subscription = {
  name: 'audit',
  logGroup: 'app',
  pattern: '{ $.message = "request audit" }',
  functionArn: 'arn:audit',
};
const auditLine = JSON.stringify({ message: 'request audit' });

const opened: Subscriptions[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

interface Harness {
  readonly logs: Subscriptions;
  /** each invocation, failed ones included */
  readonly invocations: readonly { functionArn: string; message: Message }[];
  readonly errors: readonly unknown[];
}

/** @param answer of the function: what it does with its nth invocation, counted from 1 */
function harnessOf(
  subscriptions: readonly Subscription[],
  answer: (count: number, message: Message, logs: Subscriptions) => unknown = () => {},
): Harness {
  const invocations: { functionArn: string; message: Message }[] = [];
  const errors: unknown[] = [];
  const logs = openSubscriptions({
    account: localAccount,
    subscriptions,
    delayMs: 2,
    onError: (name, error) => errors.push([name, error]),
    runtime: {
      async invoke(functionArn, event) {
        const { data } = (event as { awslogs: { data: string } }).awslogs;
        const message = JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) as Message;
        invocations.push({ functionArn, message });
        return answer(invocations.length, message, logs);
      },
    },
  });
  opened.push(logs);
  return { logs, invocations, errors };
}

const linesOf = (invocations: Harness['invocations'], functionArn = all.functionArn): string[] =>
  invocations
    .filter((one) => one.functionArn === functionArn)
    .flatMap(({ message }) => message.logEvents.map((event) => event.message));

describe('a line', () => {
  test("comes in CloudWatch Logs' own event", async () => {
    const { logs, invocations } = harnessOf([audit]);
    logs.write('app', auditLine, time);
    await logs.settled();
    expect(invocations).toEqual([
      {
        functionArn: 'arn:audit',
        message: {
          messageType: 'DATA_MESSAGE',
          owner: localAccount.accountId,
          logGroup: 'app',
          logStream: 'local',
          subscriptionFilters: ['audit'],
          logEvents: [
            {
              id: expect.stringMatching(/^[0-9]{56}$/),
              timestamp: time.getTime(),
              message: auditLine,
            },
          ],
        },
      },
    ]);
  });

  test('of another log group, or that the pattern does not match, starts nothing', async () => {
    const { logs, invocations } = harnessOf([audit]);
    logs.write('other', auditLine, time);
    logs.write('app', '{"message":"other"}', time);
    logs.write('app', 'request audit', time);
    await logs.settled();
    expect(invocations).toEqual([]);
  });

  test('goes to each subscription of its log group, under one id', async () => {
    const { logs, invocations } = harnessOf([all, audit]);
    logs.write('app', auditLine, time);
    logs.write('app', 'text', time);
    await logs.settled();
    expect(linesOf(invocations, 'arn:all')).toEqual([auditLine, 'text']);
    expect(linesOf(invocations, 'arn:audit')).toEqual([auditLine]);
    const ids = invocations.map(({ message }) => message.logEvents[0]?.id);
    expect(ids[0]).toBe(ids[1]);
  });

  test('has an id above those of an earlier run of the stack', async () => {
    const first = harnessOf([all]);
    for (let n = 0; n < 3; n += 1) first.logs.write('app', `${n}`, time);
    await first.logs.settled();
    const second = harnessOf([all]);
    second.logs.write('app', '3', time);
    await second.logs.settled();
    const ids = [...first.invocations, ...second.invocations].flatMap(({ message }) =>
      message.logEvents.map(({ id }) => id),
    );
    expect(ids).toHaveLength(4);
    expect([...new Set(ids)].sort()).toEqual(ids);
  });
});

describe('lines', () => {
  test('that come together go together, and those that come meanwhile with the next', async () => {
    const { logs, invocations } = harnessOf([all], (count) => {
      if (count === 1) for (const line of ['c', 'd']) logs.write('app', line, time);
    });
    for (const line of ['a', 'b']) logs.write('app', line, time);
    await logs.settled();
    expect(invocations.map((one) => linesOf([one]))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('are at most 200 to an invocation', async () => {
    const { logs, invocations } = harnessOf([all]);
    const lines = Array.from({ length: 450 }, (_, n) => `${n}`);
    for (const line of lines) logs.write('app', line, time);
    await logs.settled();
    expect(invocations.map(({ message }) => message.logEvents.length)).toEqual([200, 200, 50]);
    expect(linesOf(invocations)).toEqual(lines);
  });

  test('are at most a megabyte to an invocation, and one that is larger goes alone', async () => {
    const { logs, invocations } = harnessOf([all]);
    const sizes = [400_000, 600_000, 1, 1_500_000, 2];
    for (const size of sizes) logs.write('app', 'x'.repeat(size), time);
    logs.write('app', 'ä'.repeat(500_000), time);
    await logs.settled();
    expect(invocations.map((one) => linesOf([one]).map((line) => line.length))).toEqual([
      [400_000, 600_000],
      [1],
      [1_500_000],
      [2],
      [500_000],
    ]);
  });

  test('of one subscription never are in two invocations at once', async () => {
    let atOnce = 0;
    let most = 0;
    const { logs, invocations } = harnessOf([all], async (count) => {
      most = Math.max(most, ++atOnce);
      if (count < 5) logs.write('app', `${count}`, time);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce -= 1;
    });
    logs.write('app', '0', time);
    await logs.settled();
    expect(invocations).toHaveLength(5);
    expect(most).toBe(1);
  });
});

describe('an invocation that fails', () => {
  test('is tried twice more with the same lines, and those after it wait', async () => {
    const { logs, invocations, errors } = harnessOf([all], (count) => {
      if (count === 1) logs.write('app', 'b', time);
      if (count < 3) throw new Error(`failure ${count}`);
    });
    logs.write('app', 'a', time);
    await logs.settled();
    expect(linesOf(invocations)).toEqual(['a', 'a', 'a', 'b']);
    expect(new Set(invocations.slice(0, 3).map((one) => one.message.logEvents[0]?.id)).size).toBe(
      1,
    );
    expect(errors).toEqual([]);
  });

  test('three times is reported once, and the lines after it are delivered', async () => {
    const { logs, invocations, errors } = harnessOf([all, audit], (_, message) => {
      if (linesOf([{ functionArn: all.functionArn, message }]).includes('bad')) {
        throw new Error('no');
      }
    });
    logs.write('app', 'bad', time);
    await logs.settled();
    logs.write('app', auditLine, time);
    await logs.settled();
    expect(linesOf(invocations)).toEqual(['bad', 'bad', 'bad', auditLine]);
    expect(linesOf(invocations, 'arn:audit')).toEqual([auditLine]);
    expect(errors).toEqual([['all', new Error('no')]]);
  });
});

describe('settled', () => {
  test('waits for lines that a delivery caused, though they come after its end', async () => {
    const chain: Subscription = {
      ...all,
      name: 'chain',
      logGroup: 'chain',
      functionArn: 'arn:chain',
    };
    const { logs, invocations } = harnessOf([all, chain], (count) => {
      if (count === 1) setTimeout(() => logs.write('chain', 'caused', time), 1);
    });
    logs.write('app', 'cause', time);
    await logs.settled();
    expect(linesOf(invocations, 'arn:chain')).toEqual(['caused']);
  });

  test('waits for the end of an invocation, its retries included', async () => {
    let done = false;
    const { logs } = harnessOf([all], async (count) => {
      await new Promise((resolve) => setTimeout(resolve, 15));
      if (count < 3) throw new Error('not yet');
      done = true;
    });
    logs.write('app', 'a', time);
    await logs.settled();
    expect(done).toBe(true);
  });
});

describe('the end', () => {
  test.each([[1], [3]])(
    'in attempt %d stops deliveries and retries without a word, and nobody waits any more',
    async (last) => {
      let fail = (_: Error) => {};
      const { logs, invocations, errors } = harnessOf([all], (count) => {
        if (count < last) throw new Error('again');
        return new Promise((_, reject) => {
          fail = reject;
        });
      });
      logs.write('app', 'a', time);
      while (invocations.length < last) await new Promise((resolve) => setTimeout(resolve, 1));
      logs.write('app', 'b', time);
      const settled = logs.settled();
      logs.close();
      await settled;
      fail(new Error('the environment ended'));
      logs.write('app', 'c', time);
      await logs.settled();
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(linesOf(invocations)).toEqual(Array.from({ length: last }, () => 'a'));
      expect(errors).toEqual([]);
    },
  );
});

test('a pattern that cannot be read stops the start', () => {
  expect(() => harnessOf([{ ...all, pattern: 'ERROR' }])).toThrow(/cannot read the filter pattern/);
});

test('whatever comes when, each line is delivered once and in order, or given up and reported', async () => {
  const step = fc.record({
    lines: fc.array(fc.constantFrom('text', auditLine), { maxLength: 5 }),
    waitMs: fc.constantFrom(0, 0, 1, 4),
  });
  /** of each invocation in turn: how long it takes, and whether it fails */
  const answers = fc.array(fc.record({ takesMs: fc.constantFrom(0, 0, 3), fails: fc.boolean() }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), answers, async (steps, answered) => {
      const delivered: Record<string, string[]> = { 'arn:all': [], 'arn:audit': [] };
      const tries = new Map<string, number>();
      let lost = 0;
      const { logs, invocations, errors } = harnessOf([all, audit], async (count, message) => {
        const { takesMs, fails } = answered[count - 1] ?? { takesMs: 0, fails: false };
        if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
        const functionArn = `arn:${message.subscriptionFilters[0]}`;
        const ids = message.logEvents.map(({ id }) => id);
        const batch = `${functionArn} ${ids}`;
        tries.set(batch, (tries.get(batch) ?? 0) + 1);
        if (fails && tries.get(batch) === 3) lost += 1;
        if (fails && tries.get(batch) !== 3) throw new Error('again');
        delivered[functionArn]?.push(...ids);
        if (fails) throw new Error('given up');
      });
      let written = 0;
      for (const { lines, waitMs } of steps) {
        for (const line of lines) logs.write('app', line, time);
        written += lines.length;
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      await logs.settled();
      logs.close();

      const audits = steps.flatMap(({ lines }) => lines).filter((line) => line === auditLine);
      expect(delivered['arn:all']).toHaveLength(written);
      expect(delivered['arn:audit']).toHaveLength(audits.length);
      for (const ids of Object.values(delivered)) expect([...new Set(ids)].sort()).toEqual(ids);
      expect(errors).toHaveLength(lost);
      expect(Math.max(0, ...tries.values())).toBeLessThanOrEqual(3);
      expect(invocations.length).toBeGreaterThanOrEqual(tries.size);
    }),
    { numRuns: 40 },
  );
});
