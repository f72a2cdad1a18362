/**
 * A theorem is one sentence, and questions that ask a solver for a counterexample. Invariant: a theorem is proved only
 * where every question is unsatisfiable, and every example that it gives satisfiable; what a solver does not know is
 * no proof.
 */
import type { Formula } from '../formula/formula.ts';
import type { StackPolicies } from '../stack-policies.ts';
import type { Request } from './request-of.ts';

export interface Question {
  /** whose request it is about, and what is taken off: `a session of CanaryRole` */
  readonly about: string;
  /** that there is a request against the sentence */
  readonly counterexample: readonly Formula[];
  /** the request of which that speaks: who sends it, and by which policies it is decided */
  readonly request: Request;
  /** false where the counterexample is a request that the policies refuse: there is nothing to try */
  readonly isReplayable?: false;
}

/** Where the sentence says that something is possible. */
export interface Example {
  readonly about: string;
  /** that there is a request of which the sentence speaks */
  readonly request: readonly Formula[];
}

export interface Theorem {
  readonly id: string;
  /** in English, for an auditor */
  readonly sentence: string;
  /** lists that are part of the sentence, for print: who may, which role opens which */
  readonly lines?: readonly string[];
  readonly questions: (stack: StackPolicies) => readonly Question[];
  readonly examples?: (stack: StackPolicies) => readonly Example[];
}
