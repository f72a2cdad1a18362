/** Asks a solver every question of every theorem. */
import { createHash } from 'node:crypto';
import { type Formula, isFalse, variablesOf } from './formula/formula.ts';
import { scriptOf } from './formula/smt-lib.ts';
import { truthOf } from './formula/value.ts';
import type { Replayed } from './replay/replay.ts';
import type { Replayer, Tried } from './replay/replayer.ts';
import type { Answer, Solver } from './solver/solver.ts';
import type { StackPolicies } from './stack-policies.ts';
import type { Theorem } from './theorems/theorem.ts';
import { theorems as all } from './theorems/theorems.ts';

/** A question with another answer than the theorem says. */
export interface Open {
  readonly about: string;
  /** a request against the sentence; that a request of which it speaks is not possible; or that nobody knows */
  readonly kind: 'counterexample' | 'impossible' | 'unknown';
  readonly model: Answer['model'];
  /** of a request against the sentence, where these are replayed */
  readonly replayed?: Replayed;
}

export interface Proof {
  readonly theorem: Theorem;
  readonly verdict: 'proved' | 'refuted' | 'unknown';
  readonly open: readonly Open[];
  readonly questions: number;
  /** SHA-256 of the questions as the solver read them, in hexadecimal */
  readonly scripts: string;
  readonly durationMs: number;
}

/**
 * @param onQuestion called before each question, with its place among the theorem's
 * @param replayer tries counterexamples, and looks for one where the solver does not know
 */
export async function prove(
  stack: StackPolicies,
  solver: Solver,
  theorems: readonly Theorem[] = all,
  onQuestion: (theorem: Theorem, about: string, place: string) => void = () => {},
  replayer?: Replayer,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const theorem of theorems) {
    const begunAt = performance.now();
    const asks = asksOf(theorem, stack);
    if (asks.length === 0)
      throw new Error(`theorem ${theorem.id} asks nothing, which proves nothing`);
    const open: Open[] = [];
    const scripts = createHash('sha256');
    for (const [at, { about, formulas, wanted, question }] of asks.entries()) {
      onQuestion(theorem, about, `${at + 1} of ${asks.length}`);
      const script = scriptOf(formulas);
      scripts.update(`${wanted} ${script}\n`);
      // What is false as it is written, as where no statement has the action, needs no solver.
      const answer = isFalse(formulas) ? impossible : await solver.check(script);
      const { verdict, model } = answer;
      if (verdict === wanted && (wanted === 'unsat' || isCertain(formulas, model))) continue;
      const tried = question && (await replayer?.(question, answer));
      open.push(
        tried
          ? { about, kind: kindAs(tried), ...tried }
          : { about, kind: kindOf(verdict, wanted), model },
      );
    }
    const isRefuted = open.some(({ kind }) => kind !== 'unknown');
    proofs.push({
      theorem,
      verdict: open.length === 0 ? 'proved' : isRefuted ? 'refuted' : 'unknown',
      open,
      questions: asks.length,
      scripts: scripts.digest('hex'),
      durationMs: Math.round(performance.now() - begunAt),
    });
  }
  return proofs;
}

const impossible: Answer = { verdict: 'unsat', model: new Map() };

const asksOf = (theorem: Theorem, stack: StackPolicies) => [
  ...theorem.questions(stack).map((question) => ({
    about: question.about,
    formulas: question.counterexample,
    wanted: 'unsat' as const,
    question: question.isReplayable === false ? undefined : question,
  })),
  ...(theorem.examples?.(stack) ?? []).map(({ about, request }) => ({
    about,
    formulas: request,
    wanted: 'sat' as const,
    question: undefined,
  })),
];

/** What a stack refuses is no request against the sentence, and no proof that there is none. */
const kindAs = ({ replayed }: Tried): Open['kind'] =>
  replayed.outcome === 'not confirmed' ? 'unknown' : 'counterexample';

function kindOf(verdict: Answer['verdict'], wanted: 'sat' | 'unsat'): Open['kind'] {
  if (verdict === 'sat' && wanted === 'unsat') return 'counterexample';
  return verdict === 'unsat' && wanted === 'sat' ? 'impossible' : 'unknown';
}

/**
 * Whether a request is possible whatever the truth of what is not modelled. By this reading of the formulas, so that a
 * mistake of a solver is noticed.
 */
function isCertain(formulas: readonly Formula[], model: Answer['model']): boolean {
  const kinds = variablesOf(formulas);
  const free = [...kinds.keys()].filter((name) => name.startsWith('not modelled'));
  const complete = [...kinds].map(([name, kind]): [string, string | boolean | number] => [
    name,
    model.get(name) ?? { text: '', truth: false, number: 0 }[kind],
  ]);
  const choices =
    free.length > mostFree ? [] : Array.from({ length: 2 ** free.length }, (_, n) => n);
  return (
    choices.length > 0 &&
    choices.every((choice) => {
      const chosen = free.map((name, bit): [string, boolean] => [name, (choice & (1 << bit)) > 0]);
      const assignment = new Map([...complete, ...chosen]);
      return formulas.every((formula) => truthOf(formula, assignment));
    })
  );
}

/** There are so many choices as 2 to that power. */
const mostFree = 6;
