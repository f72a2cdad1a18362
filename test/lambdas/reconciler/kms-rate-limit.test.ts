import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { type RateLimitClock, rateLimit } from '../../../lambdas/reconciler/kms-rate-limit.ts';

/** A time that passes only while every caller waits. */
function manualClock() {
  const time = { now: 0 };
  const waiting: { readonly until: number; readonly wake: () => void }[] = [];
  const clock: RateLimitClock = {
    now: () => time.now,
    wait: (ms) =>
      new Promise<void>((wake) => {
        waiting.push({ until: time.now + ms, wake });
      }),
  };
  /** Lets time pass until no caller waits. */
  const pass = async () => {
    for (;;) {
      await setImmediate();
      waiting.sort((a, b) => a.until - b.until);
      const next = waiting.shift();
      if (next === undefined) return;
      time.now = next.until;
      next.wake();
    }
  };
  return { time, clock, pass };
}

/** @returns the most calls that there were in any one second */
const mostInASecond = (times: readonly number[]) =>
  Math.max(...times.map((at) => times.filter((time) => time >= at && time < at + 1000).length));

describe('a rate limit of 4 a second', () => {
  test.each([1, 4, 5, 40])(
    'lets %d callers at once through in their order, 4 a second',
    async (count) => {
      const { time, clock, pass } = manualClock();
      const limited = rateLimit(4, clock);
      const order: number[] = [];
      const times: number[] = [];
      const callers = Array.from({ length: count }, async (_, index) => {
        await limited();
        order.push(index);
        times.push(time.now);
      });
      await pass();
      await Promise.all(callers);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(mostInASecond(times)).toBeLessThanOrEqual(4);
      expect(time.now).toBe((count - 1) * 250);
    },
  );

  test('saves nothing up over a pause', async () => {
    const { time, clock, pass } = manualClock();
    const limited = rateLimit(4, clock);
    await limited();
    time.now = 60_000;
    const times: number[] = [];
    const caller = async () => {
      await limited();
      times.push(time.now);
    };
    await Promise.all([...Array.from({ length: 8 }, caller), pass()]);
    expect(mostInASecond(times)).toBe(4);
  });

  test('does not make a call wait that comes late enough by itself', async () => {
    const { time, clock } = manualClock();
    const limited = rateLimit(4, clock);
    for (const at of [0, 250, 700, 1000]) {
      time.now = at;
      await limited();
      expect(time.now).toBe(at);
    }
  });
});
