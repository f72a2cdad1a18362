/** From a question that is not proved to a counterexample that was tried. */
import type { Answer, Solver } from '../solver/solver.ts';
import type { Question } from '../theorems/theorem.ts';
import { playableModels } from './models.ts';
import { type Replayed, replay } from './replay.ts';
import type { ReplayedStack } from './replayed-stack.ts';
import type { Model } from './wanted.ts';

export interface Tried {
  readonly model: Model;
  readonly replayed: Replayed;
}

/** @returns the counterexample that is best known; nothing where there is none: the solver did not know */
export type Replayer = (question: Question, answer: Answer) => Promise<Tried | undefined>;

/** The best last; better still is what was carried out. */
const ranks = ['not replayable', 'not confirmed', 'confirmed'] as const;
const rankOf = ({ outcome, isCarriedOut }: Replayed): number =>
  ranks.indexOf(outcome) + (isCarriedOut ? 1 : 0);

export const replayerOn =
  (stack: ReplayedStack, solver: Solver): Replayer =>
  async (question, answer) => {
    let best: Tried | undefined;
    for await (const model of modelsOf(question, answer, solver, stack)) {
      const replayed = await replay(question, model, stack);
      if (best === undefined || rankOf(replayed) > rankOf(best.replayed))
        best = { model, replayed };
      if (replayed.isCarriedOut) break;
    }
    return best;
  };

/** Those with usual texts first: they are the easier to read. */
async function* modelsOf(
  question: Question,
  { verdict, model }: Answer,
  solver: Solver,
  stack: ReplayedStack,
): AsyncGenerator<Model> {
  const { who } = question.request.asked.caller;
  // Nobody of theirs can be played, whatever they send.
  if (typeof who === 'object' || who === 'principal')
    yield* playableModels(question, solver, stack);
  if (verdict === 'sat') yield model;
}
