/** Spaces calls out, so that in no second there are more of them than may be. */
import { setTimeout as wait } from 'node:timers/promises';

export interface PaceClock {
  /** milliseconds, from whenever */
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

const systemClock: PaceClock = {
  now: () => performance.now(),
  wait: async (milliseconds) => {
    await wait(milliseconds);
  },
};

/**
 * A bucket of one token: what was not taken in time is lost, since KMS counts by the second and would refuse
 * those who come after a pause all at once.
 * @returns what to wait for before each call; those who wait go in the order in which they came
 */
export function openPace(perSecond: number, clock: PaceClock = systemClock): () => Promise<void> {
  const interval = 1000 / perSecond;
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    const at = Math.max(next, now);
    next = at + interval;
    if (at > now) await clock.wait(at - now);
  };
}
