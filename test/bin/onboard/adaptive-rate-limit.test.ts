/** The rate at which requests go out, counted by a clock that only counts. */
import { expect, test } from '@jest/globals';
import { openPace } from '../../../bin/onboard/adaptive-rate-limit.ts';
import { virtualClock } from './virtual-clock.ts';

const paceOf = (rate: number, stop = new AbortController()) => {
  const clock = virtualClock();
  return { clock, stop, pace: openPace({ rate, clock, signal: stop.signal }) };
};

test.each([0.5, 4, 4.5, 20])(
  '%d a second: never more in any second, nor much less',
  async (rate) => {
    const { pace } = paceOf(rate);
    const turns = await Promise.all(Array.from({ length: 60 }, () => pace.turn()));
    for (const start of turns) {
      const within = turns.filter((at) => at >= start && at < start + 1000);
      expect(within.length).toBeLessThanOrEqual(Math.ceil(rate));
    }
    expect(turns.at(-1)).toBeCloseTo((59 / rate) * 1000, 3);
  },
);

test('whoever was idle has saved nothing up', async () => {
  const { pace, clock, stop } = paceOf(4);
  await clock.sleep(10_000, stop.signal);
  expect([await pace.turn(), await pace.turn()]).toEqual([10_000, 10_250]);
});

test('what one is told to wait, all wait, those too who stand in line already', async () => {
  const { pace } = paceOf(4);
  const sentAt = await pace.turn();
  const inLine = [pace.turn(), pace.turn()];
  pace.slowDown(sentAt, 5000);
  expect(await Promise.all(inLine)).toEqual([5000, 5500]);
});

test('eight that were under way together halve the pace once', async () => {
  const { pace, clock, stop } = paceOf(4);
  const sent = await Promise.all(Array.from({ length: 8 }, () => pace.turn()));
  await clock.sleep(1000, stop.signal);
  for (const at of sent) pace.slowDown(at, 1000);
  expect(pace.rate).toBe(2);
  pace.slowDown(await pace.turn(), 0);
  expect(pace.rate).toBe(1);
});

test('it never comes to a standstill, and is back at the full rate after 40 successes, not over it', async () => {
  const { pace, clock, stop } = paceOf(4);
  for (let n = 0; n < 20; n += 1) {
    pace.slowDown(await pace.turn(), 0);
    await clock.sleep(1, stop.signal);
  }
  expect(pace.rate).toBe(0.25);
  for (let n = 0; n < 39; n += 1) pace.succeeded();
  expect(pace.rate).toBeCloseTo(4, 9);
  pace.succeeded();
  expect(pace.rate).toBe(4);
});

test('a stop ends the wait of everybody in line', async () => {
  const { pace, stop } = paceOf(0.01);
  const turns = Array.from({ length: 5 }, () => pace.turn());
  await turns[0];
  stop.abort();
  await expect(Promise.all(turns)).resolves.toEqual([0, 0, 0, 0, 0]);
});
