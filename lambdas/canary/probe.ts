import type { Expected } from './outcome.ts';
import type { Cast } from './principals.ts';

/** One way to something, with what should happen to who takes it. */
export interface Path {
  /** as whoever is alarmed reads it */
  readonly name: string;
  readonly expected: Expected;
  /** @throws what AWS says; NotTried */
  readonly attempt: (cast: Cast) => Promise<unknown>;
}
