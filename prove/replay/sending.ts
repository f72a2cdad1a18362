/** What sending a request takes, and by whose credentials. */
import type { ClientOptions } from './client-options.ts';
import type { Target } from './target.ts';
import type { Wanted } from './wanted.ts';

export interface Sending {
  readonly wanted: Wanted;
  readonly target: Target;
  /** of the key that a replay makes */
  readonly aliasName: string;
  readonly caller: ClientOptions;
  /** the account's administrator, who prepares what a request needs */
  readonly operator: ClientOptions;
}

/** @returns what AWS answers; @throws what AWS says instead, or NotReplayable */
export type Send = (sending: Sending) => Promise<unknown>;
