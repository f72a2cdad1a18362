/**
 * How fast requests may go out, all rows together. KMS takes 5 CreateKey and 5 CreateAlias a second from a
 * whole account (AWS KMS request quotas): what one row is told about that quota holds for all of them.
 */
import type { Clock } from './clock.ts';

export interface Pace {
  /** requests a second at this moment */
  readonly rate: number;
  /** Waits for a turn, or until the run is stopped; @returns when it came */
  turn(): Promise<number>;
  /** Takes the pace up again, little by little. */
  succeeded(): void;
  /** Nobody sends for `waitMs`; the pace is halved, once for all that were under way together. */
  slowDown(sentAt: number, waitMs: number): void;
}

export interface PaceOptions {
  /** requests a second at most */
  readonly rate: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Successes from a standstill to the full rate. */
const stepsToFullRate = 40;
const slowest = 1 / 16;

export function openPace({ rate, clock, signal }: PaceOptions): Pace {
  let current = rate;
  let nextAt = clock.now();
  let slowedAt = Number.NEGATIVE_INFINITY;
  let queue: Promise<unknown> = Promise.resolve();

  async function turn(): Promise<number> {
    const left = () => nextAt - clock.now();
    // Each time read once: between two readings it may have come, and no timer takes less than nothing.
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
