/** Which case notices that a guard is missing, and whether something opens by that. */
import { type Case, outcomeOf, type Situation } from './cases/case.ts';
import { cluesTo, type Evidence } from './evidence.ts';
import { type OpenHarness, openHarness } from './harness.ts';
import type { Mutant } from './mutants.ts';

export interface Noticed {
  /** whether a policy lets through what is to be denied; otherwise it denies what is to be allowed */
  readonly isOpening: boolean;
  readonly words: string;
}

/**
 * Any case that notices will do, so the order is free: first those that rest on the guard's statement.
 * @param wanted which notice ends the search
 * @returns the first that is wanted; where no case gives one, the first of the others
 */
export async function noticedBy(
  { name, options }: Mutant,
  evidence: readonly Evidence[],
  wanted: 'any' | 'opening' = 'any',
): Promise<Noticed | undefined> {
  const clues = cluesTo(name, evidence);
  let first: Noticed | undefined;
  for (const round of [clues.filter(({ weight }) => weight === 2), clues]) {
    for (const [situation, ofSituation] of Map.groupBy(round, (clue) => clue.situation)) {
      const tried = ofSituation.map(({ claim }) => claim);
      for await (const noticed of noticesIn(situation, tried, options)) {
        if (wanted === 'any' || noticed.isOpening) return noticed;
        first ??= noticed;
      }
    }
  }
  return first;
}

/** KMS makes no key whose policy nobody could change. */
const isKeyRefused = (error: unknown): boolean =>
  (error as Error).name === 'MalformedPolicyDocumentException';

/** Each of the cases that changes its answer in the situation. */
async function* noticesIn(
  situation: Situation,
  tried: readonly Case[],
  options: Mutant['options'],
): AsyncGenerator<Noticed> {
  const closed = (words: string) => ({ isOpening: false, words: `${situation}: ${words}` });
  let harness: OpenHarness;
  try {
    harness = await openHarness({ ...options, situation });
  } catch (error) {
    if (outcomeOf(error) === 'denied') {
      yield closed("a tenant's own session cannot even encrypt");
    } else if (isKeyRefused(error)) {
      yield closed(`KMS does not take the key policy: ${(error as Error).message}`);
    } else throw error;
    return;
  }
  try {
    for (const claim of tried) {
      // An error of another kind comes after the policies have let the request through, unless there is no key to ask for.
      const outcome = await claim.attempt(harness).then(
        () => 'allowed',
        (error) => outcomeOf(error) ?? (isKeyRefused(error) ? 'without a key' : 'error'),
      );
      if (outcome === claim.expected) continue;
      const words = `${situation}: ${claim.name} is ${outcome}`;
      yield { isOpening: claim.expected === 'denied' && outcome !== 'without a key', words };
    }
  } finally {
    await harness.close();
  }
}
