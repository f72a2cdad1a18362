/** What a part of the bench is given, and what it gives. */
import type { Caller } from './caller.ts';
import type { BenchStack } from './stack.ts';
import type { Target } from './target.ts';

export interface Report {
  readonly table: string;
  readonly targets: readonly Target[];
}

/** The one stack of a run, started when it is first needed. */
export type Open = () => Promise<{ readonly stack: BenchStack; readonly caller: Caller }>;
/** told what is going on, and at the end nothing */
export type Progress = (step: string) => void;

export const rounds = {
  load: 28,
  stores: 60,
  cpu: 40,
  batch: 9,
  http: 7,
  indexer: 7,
  files: 5,
  records: 40,
};

export const inRounds = (part: keyof typeof rounds, progress: Progress) => ({
  rounds: rounds[part],
  onRound: (round: number) => progress(`round ${round + 1} of ${rounds[part]}`),
});
