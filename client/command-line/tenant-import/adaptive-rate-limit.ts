/**
 * How fast requests may go out, over all rows. KMS allows a whole account 5 CreateKey and 5 CreateAlias a second (AWS
 * KMS request quotas), so when one row is throttled, all slow down. A tenant that was there already took none of these:
 * what its turn cost is given back, so that a list that is run again is soon where it stopped.
 */
import type { Clock } from './clock.ts';

export interface AdaptiveRateLimit {
  /** requests a second at this moment */
  readonly rate: number;
  /** Waits for a turn, or until the run is stopped. @returns when that was */
  turn(): Promise<number>;
  /** Raises the rate again, little by little. */
  succeeded(): void;
  /** The request that was sent then made no key. */
  madeNothing(sentAt: number): void;
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
/** So much faster are requests that make no key. */
const speedUp = 10;
/** More than are ever under way. */
const mostRemembered = 100;

export function openRateLimit({ rate, clock, signal }: RateLimitOptions): AdaptiveRateLimit {
  let current = rate;
  let notBefore = clock.now();
  let lastSentAt = Number.NEGATIVE_INFINITY;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let queue: Promise<unknown> = Promise.resolve();
  let changed = new AbortController();
  /** when those were sent that made a key, or may yet; the last one at the end */
  let charged: readonly number[] = [];

  const wake = () => {
    changed.abort();
    changed = new AbortController();
  };
  signal.addEventListener('abort', wake, { once: true });

  function nextAt(): number {
    const intervalMs = 1000 / current;
    const chargedAt = charged.at(-1) ?? Number.NEGATIVE_INFINITY;
    return Math.max(notBefore, chargedAt + intervalMs, lastSentAt + intervalMs / speedUp);
  }

  async function turn(): Promise<number> {
    const left = () => nextAt() - clock.now();
    // Read once for each turn of the loop: a second reading could be negative, which no timer takes.
    for (let wait = left(); wait > 0 && !signal.aborted; wait = left()) {
      await clock.sleep(wait, changed.signal);
    }
    lastSentAt = clock.now();
    charged = [...charged, lastSentAt].slice(-mostRemembered);
    return lastSentAt;
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
    madeNothing(sentAt) {
      charged = charged.filter((at) => at !== sentAt);
      wake();
    },
    slowDown(sentAt, waitMs) {
      const now = clock.now();
      notBefore = Math.max(notBefore, now + waitMs);
      if (sentAt <= slowedAt) return;
      slowedAt = now;
      current = Math.max(rate * slowest, current / 2);
    },
  };
}
