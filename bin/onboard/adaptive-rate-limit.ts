/**
 * How fast requests may go out, over all rows. KMS allows a whole account 5 CreateKey and 5 CreateAlias a second (AWS
 * KMS request quotas), so when one row is throttled, all slow down.
 */
import type { Clock } from './clock.ts';

export interface AdaptiveRateLimit {
  /** requests a second at this moment */
  readonly rate: number;
  /** Waits for a turn, or until the run is stopped. @returns when that was */
  turn(): Promise<number>;
  /** Raises the rate again, little by little. */
  succeeded(): void;
  /** Nobody sends for `waitMs`. The rate is halved, once for all requests that were under way together. */
  slowDown(sentAt: number, waitMs: number): void;
}

export interface RateLimitOptions {
  /** requests a second at most */
  readonly rate: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** So many successes lead from nothing to the full rate. */
const stepsToFullRate = 40;
const slowest = 1 / 16;

export function openRateLimit({ rate, clock, signal }: RateLimitOptions): AdaptiveRateLimit {
  let current = rate;
  let nextAt = clock.now();
  let slowedAt = Number.NEGATIVE_INFINITY;
  let queue: Promise<unknown> = Promise.resolve();

  async function turn(): Promise<number> {
    const left = () => nextAt - clock.now();
    // Read once for each turn of the loop: a second reading could be negative, which no timer takes.
    for (let wait = left(); wait > 0 && !signal.aborted; wait = left()) {
      await clock.sleep(wait, signal);
    }
    const now = clock.now();
    nextAt = now + 1000 / current;
    return now;
  }

  return {
    get rate() {
      return current;
    },
    turn() {
      const mine = queue.then(turn);
      queue = mine;
      return mine;
    },
    succeeded() {
      current = Math.min(rate, current + rate / stepsToFullRate);
    },
    slowDown(sentAt, waitMs) {
      const now = clock.now();
      nextAt = Math.max(nextAt, now + waitMs);
      if (sentAt <= slowedAt) return;
      slowedAt = now;
      current = Math.max(rate * slowest, current / 2);
    },
  };
}
