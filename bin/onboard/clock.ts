/** Time as a run knows it; a test brings its own. */
import { setTimeout } from 'node:timers/promises';

export interface Clock {
  /** milliseconds of a clock that never goes back */
  now(): number;
  /** Ends early, without an error, where the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    setTimeout(milliseconds, undefined, { signal }).catch(() => undefined),
};
