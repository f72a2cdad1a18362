/** The stack's time: every date that the stack gives out or compares is from here. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from './atomic-file.ts';

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * The time of KMS: the system's, plus what it was put forward by, so that one can see deletion windows end and
 * rotations come due. Signatures, sessions and tokens stay on the system's clock.
 */
export interface AdvancingClock extends Clock {
  /** how far it is ahead of the system's clock */
  readonly aheadMs: number;
  /**
   * Puts the clock forward for good; it never goes back.
   * @throws RangeError for less than a millisecond, or more than a hundred years in all
   */
  advance(ms: number): void;
}

export const hundredYearsMs = 100 * 365.25 * 86_400_000;

/**
 * @param file keeps how far the clock is ahead; absent: kept in memory
 * @throws Error, with what to do, where the file exists but is no clock's
 */
export function openClock(base: Clock, file?: string): AdvancingClock {
  let aheadMs = file !== undefined && existsSync(file) ? readAhead(file) : 0;
  return {
    get aheadMs() {
      return aheadMs;
    },
    now: () => new Date(base.now().getTime() + aheadMs),
    advance(ms) {
      const next = aheadMs + Math.round(ms);
      if (!(next > aheadMs)) throw new RangeError('The clock can only be put forward.');
      if (next > hundredYearsMs) throw new RangeError('The clock goes at most 100 years ahead.');
      // The file first: otherwise keys that the new time deletes could come back after a restart.
      if (file !== undefined) replaceFile(file, `${JSON.stringify({ version: 1, ahead: next })}\n`);
      aheadMs = next;
    },
  };
}

const stored = z.strictObject({
  version: z.literal(1),
  /** in milliseconds */
  ahead: z.int().min(0).max(hundredYearsMs),
});

function readAhead(file: string): number {
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8'))).ahead;
  } catch {
    throw new Error(
      `${file} is not a clock that this version can read. Remove it to set the clock back to the system's time: ` +
        'then keys keep the dates that they have, which may lie far ahead.',
    );
  }
}
