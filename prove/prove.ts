/** Asks a solver every question of every theorem. */
import { scriptOf } from './formula/smt-lib.ts';
import type { Answer, Solver } from './solver/solver.ts';
import type { StackPolicies } from './stack-policies.ts';
import type { Theorem } from './theorems/theorem.ts';
import { theorems as all } from './theorems/theorems.ts';

export interface Proof {
  readonly theorem: Theorem;
  readonly verdict: 'proved' | 'refuted' | 'unknown';
  /** the questions that are not unsatisfiable */
  readonly open: readonly ({ readonly about: string } & Answer)[];
  readonly questions: number;
  readonly durationMs: number;
}

export async function prove(
  stack: StackPolicies,
  solver: Solver,
  theorems: readonly Theorem[] = all,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const theorem of theorems) proofs.push(await proofOf(theorem, stack, solver));
  return proofs;
}

async function proofOf(theorem: Theorem, stack: StackPolicies, solver: Solver): Promise<Proof> {
  const begunAt = performance.now();
  const open: Proof['open'][number][] = [];
  const questions = theorem.questions(stack);
  for (const { about, counterexample } of questions) {
    const answer = await solver.check(scriptOf(counterexample));
    if (answer.verdict !== 'unsat') open.push({ about, ...answer });
  }
  const isRefuted = open.some(({ verdict }) => verdict === 'sat');
  return {
    theorem,
    verdict: open.length === 0 ? 'proved' : isRefuted ? 'refuted' : 'unknown',
    open,
    questions: questions.length,
    durationMs: Math.round(performance.now() - begunAt),
  };
}
