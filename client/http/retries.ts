/**
 * What comes again, and when. docs/api.md, "Coming again": every request may be sent again, as it was, after 429,
 * 503, 504, `tenant-busy`, or no answer at all; nothing is sent again after any other answer. A request that is old
 * may undo what somebody has done since, so there is an end to it in any case.
 */
import { ConnectionError, TokenError } from './connection-error.ts';
import { sleep } from './interrupt.ts';
import { ProblemError } from './problem-error.ts';

export interface RetryPolicy {
  readonly maxAttempts: number;
  /** of all attempts with the waiting between them */
  readonly deadlineMs: number;
}

const firstDelayMs = 200;
const longestDelayMs = 10_000;
const repeatable = new Set([429, 503, 504]);

/**
 * @param attempt gets what tells how much time is left
 * @throws the last attempt's error
 */
export async function withRetries<T>(
  attempt: (remainingMs: () => number) => Promise<T>,
  { maxAttempts, deadlineMs }: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<T> {
  const endsAtMs = performance.now() + deadlineMs;
  const remainingMs = () => Math.max(1, endsAtMs - performance.now());
  for (let count = 1; ; count++) {
    try {
      return await attempt(remainingMs);
    } catch (error) {
      if (count >= maxAttempts || !isRepeatable(error)) throw error;
      const waitMs = delayMs(count, error.retryAfterMs);
      if (performance.now() + waitMs >= endsAtMs) throw error;
      await sleep(waitMs, signal);
    }
  }
}

export function isRepeatable(error: unknown): error is ConnectionError | ProblemError | TokenError {
  if (error instanceof ProblemError && error.code === 'tenant-busy') return true;
  if (error instanceof ConnectionError && error.reason !== 'unexpected-answer') return true;
  const hasStatus =
    error instanceof ProblemError ||
    error instanceof ConnectionError ||
    error instanceof TokenError;
  return hasStatus && repeatable.has(error.status ?? 0);
}

/**
 * "Full jitter": any time up to a bound that doubles, so that those who failed together do not come together again.
 * Where the answer names a time, after that.
 * @param random in [0, 1)
 */
export function delayMs(count: number, retryAfterMs = 0, random = Math.random()): number {
  return retryAfterMs + random * Math.min(longestDelayMs, firstDelayMs * 2 ** (count - 1));
}

/** RFC 9110 section 10.2.3: seconds or a date. @returns undefined for what is neither */
export function retryAfterMs(headers: Headers, nowMs = Date.now()): number | undefined {
  const value = headers.get('Retry-After');
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Date.parse takes much that is no date of HTTP; all of those end with GMT.
  const atMs = / GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
