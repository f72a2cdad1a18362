import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { openSchedules, type Schedules } from '../../../local/events/schedule.ts';
import type { Runtime } from '../../../local/lambda/runtime.ts';
import { localAccount } from '../../../local/stack.ts';

const minute = 60_000;
const rule = { name: 'often', arn: 'arn:rule', everyMinutes: 2, functionArn: 'arn:function' };

/** A function whose runs end when a test ends them, since these tests are about time. */
interface Run {
  readonly event: Record<string, unknown>;
  end(result: unknown): void;
  fail(error: Error): void;
}
let runs: Run[];
let failures: unknown[];
let open: Schedules[];

const runtime: Runtime = {
  definition: () => undefined,
  invoke: (functionArn, event) => {
    expect(functionArn).toBe('arn:function');
    return new Promise((end, fail) => {
      runs.push({ event: event as Run['event'], end, fail });
    });
  },
  changeTime: () => {},
  close: async () => {},
};

function schedules(ticking: boolean): Schedules {
  const opened = openSchedules({
    account: localAccount,
    rules: [rule],
    runtime,
    ticking,
    onError: (name, error) => failures.push([name, error]),
  });
  open.push(opened);
  return opened;
}

beforeEach(() => {
  jest.useFakeTimers();
  [runs, failures, open] = [[], [], []];
});
afterEach(() => {
  for (const one of open) one.close();
  jest.useRealTimers();
});

describe('a rule', () => {
  test('does not run at the start, and then every so many minutes, with the event of EventBridge', async () => {
    schedules(true);
    await jest.advanceTimersByTimeAsync(2 * minute - 1);
    expect(runs).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(runs[0]?.event).toEqual({
      version: '0',
      id: expect.any(String),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: localAccount.accountId,
      time: expect.any(String),
      region: localAccount.region,
      resources: ['arn:rule'],
      detail: {},
    });
    runs[0]?.end({});
    await jest.advanceTimersByTimeAsync(2 * minute);
    expect(runs).toHaveLength(2);
  });

  test('never overlaps itself: what falls into a run is left out', async () => {
    schedules(true);
    await jest.advanceTimersByTimeAsync(7 * minute);
    expect(runs).toHaveLength(1);
    runs[0]?.end({});
    await jest.advanceTimersByTimeAsync(minute);
    expect(runs).toHaveLength(2);
  });

  test('runs again after a run that failed, whose error is reported', async () => {
    schedules(true);
    await jest.advanceTimersByTimeAsync(2 * minute);
    const error = new Error('broken');
    runs[0]?.fail(error);
    await jest.advanceTimersByTimeAsync(2 * minute);
    expect(failures).toEqual([['often', error]]);
    expect(runs).toHaveLength(2);
  });

  test('does not tick unless that is asked for, nor after the end', async () => {
    schedules(false);
    schedules(true).close();
    await jest.advanceTimersByTimeAsync(60 * minute);
    expect(runs).toHaveLength(0);
  });
});

test('a run that the end of the stack cuts off is no error', async () => {
  const opened = schedules(true);
  await jest.advanceTimersByTimeAsync(2 * minute);
  opened.close();
  runs[0]?.fail(new Error('the environment ended'));
  await jest.advanceTimersByTimeAsync(0);
  expect(failures).toEqual([]);
});

describe('a run by hand', () => {
  test('is in full, and gives what the function returned', async () => {
    const summary = schedules(false).run(rule);
    expect(runs[0]?.event).toEqual({ full: true });
    runs[0]?.end({ tenants: 2 });
    await expect(summary).resolves.toEqual({ tenants: 2 });
  });

  test('waits for a run by hand that is under way', async () => {
    const opened = schedules(false);
    const [first, second] = [opened.run(rule), opened.run(rule)];
    runs[0]?.end('once');
    await expect(Promise.all([first, second])).resolves.toEqual(['once', 'once']);
    expect(runs).toHaveLength(1);
  });

  test.each(['ends', 'fails'])(
    'begins when a run by the clock %s, which does a part only',
    async (how) => {
      const opened = schedules(true);
      await jest.advanceTimersByTimeAsync(2 * minute);
      const [first, second] = [opened.run(rule), opened.run(rule)];
      await jest.advanceTimersByTimeAsync(2 * minute);
      expect(runs).toHaveLength(1);
      if (how === 'ends') runs[0]?.end('a part');
      else runs[0]?.fail(new Error('broken'));
      await jest.advanceTimersByTimeAsync(0);
      expect(runs[1]?.event).toEqual({ full: true });
      runs[1]?.end('all');
      await expect(Promise.all([first, second])).resolves.toEqual(['all', 'all']);
      expect(runs).toHaveLength(2);
    },
  );

  test('that has ended is not what the next one gets', async () => {
    const opened = schedules(false);
    for (const result of ['first', 'second']) {
      const run = opened.run(rule);
      runs.at(-1)?.end(result);
      await expect(run).resolves.toBe(result);
    }
  });

  test('reports its failure to the caller, and to nobody else', async () => {
    const run = schedules(false).run(rule);
    runs[0]?.fail(new Error('broken'));
    await expect(run).rejects.toThrow('broken');
    expect(failures).toEqual([]);
  });
});
