/** The stack's time: every date that the stack hands out or compares comes from here. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from './atomic-file.ts';

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * The time of KMS: the system's, and what an operator has put it forward by, so that deletion windows and
 * rotations can be seen to end. Signatures, sessions and tokens stay on the system's clock.
 */
export interface AdvancingClock extends Clock {
  /** how far ahead of the system's clock, in milliseconds */
  readonly ahead: number;
  /**
   * Puts the clock forward for good; it never goes back.
   * @throws RangeError for less than a millisecond, or more than a hundred years in all
   */
  advance(milliseconds: number): void;
}

export const hundredYears = 100 * 365.25 * 86_400_000;

/**
 * @param file where the advance is kept; absent: in memory
 * @throws Error, for a person, where the file is there but holds no clock
 */
export function openClock(base: Clock, file?: string): AdvancingClock {
  let ahead = file !== undefined && existsSync(file) ? readAhead(file) : 0;
  return {
    get ahead() {
      return ahead;
    },
    now: () => new Date(base.now().getTime() + ahead),
    advance(milliseconds) {
      const next = ahead + Math.round(milliseconds);
      if (!(next > ahead)) throw new RangeError('The clock can only be put forward.');
      if (next > hundredYears) throw new RangeError('The clock goes at most 100 years ahead.');
      // The file first: keys that go by the new time must not come back after a restart.
      if (file !== undefined) replaceFile(file, `${JSON.stringify({ version: 1, ahead: next })}\n`);
      ahead = next;
    },
  };
}

const stored = z.strictObject({
  version: z.literal(1),
  /** in milliseconds */
  ahead: z.int().min(0).max(hundredYears),
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
