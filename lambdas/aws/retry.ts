import { setTimeout as wait } from 'node:timers/promises';

export interface RetryOptions {
  /** which errors are worth another try */
  readonly when: (error: unknown) => boolean;
  /** epoch milliseconds after which there is no other try */
  readonly until: number;
}

const firstPauseInMs = 100;
const longestPauseInMs = 2000;

/** @throws the last error, once it is not worth another try or the time is over */
export async function retry<T>(call: () => Promise<T>, { when, until }: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!when(error) || Date.now() + pauseInMs(attempt) > until) throw error;
      await pause(attempt);
    }
  }
}

const pauseInMs = (attempt: number) => Math.min(longestPauseInMs, firstPauseInMs * 2 ** attempt);

/** Exponential, and with half of it at random, so that those who wait do not come back together. */
export const pause = (attempt: number): Promise<void> =>
  wait(pauseInMs(attempt) * (0.5 + Math.random() / 2));
