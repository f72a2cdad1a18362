/** Which theorem no longer holds of a mutant, with a request that contradicts it. */

import { counterexampleOf } from '../../prove/counterexample.ts';
import { isFalse } from '../../prove/formula/formula.ts';
import { scriptOf } from '../../prove/formula/smt-lib.ts';
import type { Replayed } from '../../prove/replay/replay.ts';
import type { ReplayedStack } from '../../prove/replay/replayed-stack.ts';
import { replayerOn } from '../../prove/replay/replayer.ts';
import type { Solver } from '../../prove/solver/solver.ts';
import type { StackPolicies } from '../../prove/stack-policies.ts';
import type { Theorem } from '../../prove/theorems/theorem.ts';

export interface Refutation {
  /** of the theorem */
  readonly id: string;
  /** the request, told */
  readonly sentence: string;
  readonly replayed: Replayed;
}

/** @returns what is asked of the stack, as a solver reads it */
export const scriptsOf = (
  stack: StackPolicies,
  theorems: readonly Theorem[],
): ReadonlySet<string> =>
  new Set(
    theorems.flatMap((theorem) =>
      theorem.questions(stack).map(({ counterexample }) => scriptOf(counterexample)),
    ),
  );

/** What cannot be replayed in so many ways is not replayed in more. */
const mostTried = 5;

/**
 * Asks what is not asked of the deployed stack, of which these theorems are proved.
 * @returns the first that a replay confirms, otherwise the first; nothing where every theorem holds
 */
export async function refutationOf(
  mutant: ReplayedStack,
  deployed: ReadonlySet<string>,
  theorems: readonly Theorem[],
  solver: Solver,
): Promise<Refutation | undefined> {
  const replayer = replayerOn(mutant, solver);
  let first: Refutation | undefined;
  let tried = 0;
  for (const theorem of theorems) {
    for (const question of theorem.questions(mutant.policies)) {
      // What is refused now and was allowed before.
      if (question.isReplayable === false) continue;
      const { counterexample, about } = question;
      const script = scriptOf(counterexample);
      if (isFalse(counterexample) || deployed.has(script)) continue;
      const answer = await solver.check(script);
      if (answer.verdict === 'unsat') continue;
      const best = await replayer(question, answer);
      if (best === undefined) continue;
      const { model, replayed } = best;
      const refutation = { id: theorem.id, sentence: counterexampleOf(about, model), replayed };
      if (replayed.outcome === 'confirmed') return refutation;
      first ??= refutation;
      tried += 1;
      if (tried === mostTried) return first;
    }
  }
  return first;
}
