/** The rate at which requests go out, by a virtual clock. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openRateLimit } from '../../../../client/command-line/tenant-import/adaptive-rate-limit.ts';
import { virtualClock } from './virtual-clock.ts';

const rateLimitOf = (rate: number, stop = new AbortController()) => {
  const clock = virtualClock();
  return { clock, stop, rateLimit: openRateLimit({ rate, clock, signal: stop.signal }) };
};

test.each([0.5, 4, 4.5, 20])(
  '%d a second: never more in any second, nor much less',
  async (rate) => {
    const { rateLimit } = rateLimitOf(rate);
    const turns = await Promise.all(Array.from({ length: 60 }, () => rateLimit.turn()));
    for (const start of turns) {
      const within = turns.filter((at) => at >= start && at < start + 1000);
      expect(within.length).toBeLessThanOrEqual(Math.ceil(rate));
    }
    expect(turns.at(-1)).toBeCloseTo((59 / rate) * 1000, 3);
  },
);

test('idle time allows no burst afterwards', async () => {
  const { rateLimit, clock, stop } = rateLimitOf(4);
  await clock.sleep(10_000, stop.signal);
  expect([await rateLimit.turn(), await rateLimit.turn()]).toEqual([10_000, 10_250]);
});

test('when one request has to wait, all wait, also those already in the queue', async () => {
  const { rateLimit } = rateLimitOf(4);
  const sentAt = await rateLimit.turn();
  const inLine = [rateLimit.turn(), rateLimit.turn()];
  rateLimit.slowDown(sentAt, 5000);
  expect(await Promise.all(inLine)).toEqual([5000, 5500]);
});

test('eight refusals of requests that were under way together halve the rate once', async () => {
  const { rateLimit, clock, stop } = rateLimitOf(4);
  const sent = await Promise.all(Array.from({ length: 8 }, () => rateLimit.turn()));
  await clock.sleep(1000, stop.signal);
  for (const at of sent) rateLimit.slowDown(at, 1000);
  expect(rateLimit.rate).toBe(2);
  rateLimit.slowDown(await rateLimit.turn(), 0);
  expect(rateLimit.rate).toBe(1);
});

test('it never comes to a standstill, and is back at the full rate after 40 successes, not over it', async () => {
  const { rateLimit, clock, stop } = rateLimitOf(4);
  for (let n = 0; n < 20; n += 1) {
    rateLimit.slowDown(await rateLimit.turn(), 0);
    await clock.sleep(1, stop.signal);
  }
  expect(rateLimit.rate).toBe(0.25);
  for (let n = 0; n < 39; n += 1) rateLimit.succeeded();
  expect(rateLimit.rate).toBeCloseTo(4, 9);
  rateLimit.succeeded();
  expect(rateLimit.rate).toBe(4);
});

test('a stop ends all waits', async () => {
  const { rateLimit, stop } = rateLimitOf(0.01);
  const turns = Array.from({ length: 5 }, () => rateLimit.turn());
  await turns[0];
  stop.abort();
  await expect(Promise.all(turns)).resolves.toEqual([0, 0, 0, 0, 0]);
});

test('a request that made no key gives its turn back, tenfold, and wakes who waits for the next', async () => {
  const { rateLimit } = rateLimitOf(4);
  const first = await rateLimit.turn();
  const second = rateLimit.turn();
  rateLimit.madeNothing(first);
  expect(await second).toBe(25);
});

test('whatever was there already: never more keys in any second than the rate allows', async () => {
  const answers = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 900 })), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(answers, fc.integer({ min: 1, max: 8 }), async (given, inFlight) => {
      const { rateLimit, clock, stop } = rateLimitOf(4);
      const made: number[] = [];
      const rows = given.values();
      const worker = async () => {
        for (const [isThere, tookMs] of rows) {
          const sentAt = await rateLimit.turn();
          await clock.sleep(tookMs, stop.signal);
          if (isThere) rateLimit.madeNothing(sentAt);
          else made.push(sentAt);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
      for (const start of made) {
        const within = made.filter((at) => at >= start && at < start + 999.99);
        expect(within.length).toBeLessThanOrEqual(4);
      }
    }),
    { numRuns: 60 },
  );
});
