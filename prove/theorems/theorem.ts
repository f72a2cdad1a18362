/**
 * A theorem is one sentence, and questions that ask a solver for a counterexample. Invariant: a theorem is proved only
 * where every question is unsatisfiable; what a solver does not know is no proof.
 */
import type { Formula } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';

export interface Question {
  /** whose request it is about, and what is taken off: `a session of CanaryRole` */
  readonly about: string;
  /** that there is a request against the sentence */
  readonly counterexample: readonly Formula[];
}

export interface Theorem {
  readonly id: string;
  /** in English, for an auditor */
  readonly sentence: string;
  readonly questions: (stack: StackPolicies) => readonly Question[];
}
