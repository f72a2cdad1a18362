/** The clock of a run; tests have their own. */
import { setTimeout } from 'node:timers/promises';

export interface Clock {
  /** milliseconds of a clock that never goes back */
  now(): number;
  /** Resolves early where the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
};
