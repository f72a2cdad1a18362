/** Waits for what AWS does in its own time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StepFailure } from './step.ts';

export interface Patience {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** A look costs a request or two; at first AWS is asked more often, since most comes within seconds. */
const firstPauseMs = 500;
const longestPauseMs = 15_000;

/**
 * @param look looks once; a text says what is missing still
 * @throws StepFailure with what was missing at last, and whatever `look` throws
 */
export async function until<T extends object>(
  look: () => Promise<T | string>,
  { waitMs, signal }: Patience,
): Promise<T> {
  const endsAt = Date.now() + waitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const seen = await look();
    if (typeof seen !== 'string') return seen;
    const leftMs = endsAt - Date.now();
    if (leftMs <= 0) throw new StepFailure(`after ${waitMs / 1000} s ${seen}`);
    await sleep(Math.min(pauseMs, leftMs), undefined, { signal });
  }
}
