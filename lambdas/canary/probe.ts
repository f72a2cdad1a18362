import type { Expected } from './outcome.ts';
import type { Principals } from './principals.ts';

/** One attempt of one principal at one target, and what should come of it. */
export interface Probe {
  /** in the words that the log and the alarm's reader see */
  readonly name: string;
  readonly expected: Expected;
  /** @throws what AWS says; NotTried */
  readonly attempt: (principals: Principals) => Promise<unknown>;
}
