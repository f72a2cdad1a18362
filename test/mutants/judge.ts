/** What becomes of a stack without one of its guards. */
import type { Solver } from '../../prove/solver/solver.ts';
import { type Evidence, gatherEvidence } from '../isolation/evidence.ts';
import type { Mutant } from '../isolation/mutants.ts';
import { noticedBy } from '../isolation/noticed.ts';
import { exceptions } from './exceptions.ts';
import { stackOf } from './mutant-stack.ts';
import type { MutatedStack } from './mutated-stack.ts';
import { onlyCloses } from './only-closes.ts';
import { type Refutation, refutationOf, scriptsOf } from './refutation.ts';

export interface Judged {
  readonly lines: readonly string[];
  readonly failures: readonly string[];
  readonly isClosing: boolean;
  /** why no request tried the path that it opens, where that is known */
  readonly exception?: string;
  /** where a theorem is refuted: whether by its own counterexample, and whether by any request */
  readonly opened?: { readonly isReplayed: boolean; readonly isTried: boolean };
}

/** @returns how the path was tried; nothing where it was not */
async function triedBy(
  mutant: Mutant,
  { replayed }: Refutation,
  evidence: readonly Evidence[],
): Promise<string | undefined> {
  if (replayed.outcome === 'confirmed') return `confirmed: ${replayed.why}`;
  const noticed = await noticedBy(mutant, evidence, 'opening');
  return noticed?.isOpening ? `the isolation suite: ${noticed.words}` : undefined;
}

function untried(
  name: string,
  { replayed: { outcome, why } }: Refutation,
): Pick<Judged, 'lines' | 'failures' | 'exception'> {
  const reason = exceptions.find(({ guards }) => guards.test(name))?.reason;
  return {
    lines: [`      not tried: ${reason ?? why}`],
    failures: reason === undefined ? [`${name}: ${outcome}: ${why}`] : [],
    ...(reason !== undefined && { exception: reason }),
  };
}

/** @returns what judges one mutant of the stack */
export async function judgeOf({ template, theorems, cases }: MutatedStack, solver: Solver) {
  const deployed = stackOf({ template });
  const scripts = scriptsOf(deployed.policies, theorems);
  const evidence = await gatherEvidence(template, cases);
  return async (mutant: Mutant): Promise<Judged> => {
    const { name } = mutant;
    const stack = stackOf(mutant.options);
    const refutation = await refutationOf(stack, scripts, theorems, solver);
    const isClosing = await onlyCloses(deployed.policies, stack.policies, solver);
    if (refutation !== undefined) {
      const { id, sentence, replayed } = refutation;
      const tried = await triedBy(mutant, refutation, evidence);
      const opened = {
        isReplayed: replayed.outcome === 'confirmed',
        isTried: tried !== undefined,
      };
      const how = tried ? { lines: [`      ${tried}`], failures: [] } : untried(name, refutation);
      const lines = [`opens   ${name}`, `      theorem ${id}: ${sentence}`, ...how.lines];
      return { ...how, lines, isClosing, opened };
    }
    const noticed = await noticedBy(mutant, evidence, 'opening');
    return {
      lines: [`${isClosing ? 'closes ' : 'UNSEEN '} ${name}`],
      failures: [
        ...(isClosing ? [] : [`${name}: something opens, and every theorem holds`]),
        ...(noticed?.isOpening ? [`${name}: no theorem notices that ${noticed.words}`] : []),
      ],
      isClosing,
    };
  };
}
