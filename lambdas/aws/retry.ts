/** Retries until a time that the caller sets; the SDK's own retries count attempts instead. */
import { setTimeout as wait } from 'node:timers/promises';

export interface RetryOptions {
  /** which errors are worth another try */
  readonly when: (error: unknown) => boolean;
  /** epoch milliseconds after which there is no other try */
  readonly until: number;
}

const firstPauseMs = 100;
const longestPauseMs = 2000;

/** @throws the last error, once it is not worth another try or the time is over */
export async function retry<T>(call: () => Promise<T>, { when, until }: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!when(error) || Date.now() + pauseMs(attempt) > until) throw error;
      await pause(attempt);
    }
  }
}

const pauseMs = (attempt: number) => Math.min(longestPauseMs, firstPauseMs * 2 ** attempt);

/** Exponential, and half of it random, so that callers who wait together do not come back together. */
export const pause = (attempt: number): Promise<void> =>
  wait(pauseMs(attempt) * (0.5 + Math.random() / 2));
