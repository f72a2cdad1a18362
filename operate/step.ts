/**
 * Steps, one after the other, each of which ends with one line: what was found, what was expected, what to do. Invariant: a
 * step is `ok` only if it ran to its end; whatever else it throws is a failure.
 */
export interface Step<C> {
  readonly name: string;
  readonly expected: string;
  readonly remedy: string;
  /** names of steps without which this one would show nothing */
  readonly needs?: readonly string[];
  /** whether it runs even when somebody has stopped the run: to clean up */
  readonly always?: boolean;
  /**
   * @returns what was found, in words
   * @throws Caution, LeftOut, StepFailure, or any error
   */
  run(context: C): Promise<string>;
}

export type Outcome = 'ok' | 'caution' | 'failed' | 'left out' | 'not run';

export interface StepResult {
  readonly step: string;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly found: string;
  /** of what failed */
  readonly expected?: string;
  readonly remedy?: string;
}

/** What stops nothing, but what a person should know before going on. */
export class Caution extends Error {}

/** What cannot be seen here. */
export class LeftOut extends Error {}

/** What is not as it must be, with a remedy of its own where the step's is not the right one. */
export class StepFailure extends Error {
  readonly remedy: string | undefined;
  constructor(found: string, remedy?: string) {
    super(found);
    this.remedy = remedy;
  }
}

/** What is left out is said, and is no failure. */
export const isAllWell = (results: readonly StepResult[]): boolean =>
  results.every(({ outcome }) => outcome !== 'failed' && outcome !== 'not run');

const passed: ReadonlySet<Outcome> = new Set(['ok', 'caution']);

/** @param onResult called at the end of each step */
export async function runSteps<C>(
  steps: readonly Step<C>[],
  context: C,
  signal: AbortSignal,
  onResult: (result: StepResult) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const isMissing = (name: string) =>
    !passed.has(results.find((result) => result.step === name)?.outcome ?? 'not run');
  for (const step of steps) {
    const missing = step.needs?.find(isMissing);
    const result = await ended(step, context, signal, missing);
    results.push(result);
    onResult(result);
  }
  return results;
}

async function ended<C>(
  { name: step, expected, remedy, always, run }: Step<C>,
  context: C,
  signal: AbortSignal,
  missing: string | undefined,
): Promise<StepResult> {
  const beganAt = performance.now();
  const result = (outcome: Outcome, found: string) => {
    const seconds = Math.round((performance.now() - beganAt) / 100) / 10;
    return { step, outcome, seconds, found } as const;
  };
  if (missing !== undefined) return result('not run', `it needs ${missing}`);
  if (signal.aborted && !always) return result('not run', 'stopped');
  try {
    return result('ok', await run(context));
  } catch (error) {
    if (error instanceof Caution) return result('caution', error.message);
    if (error instanceof LeftOut) return result('left out', error.message);
    const own = error instanceof StepFailure ? error.remedy : undefined;
    return { ...result('failed', sentenceOf(error)), expected, remedy: own ?? remedy };
  }
}

/** On one line: errors of others may have several. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  const text = message.replace(/\s+/g, ' ').trim();
  if (error instanceof StepFailure || text.startsWith(name)) return text;
  return isPlain(error) ? text : `${name}: ${text}`;
}

/** Whose message is a sentence of ours; of AWS the name says more than the message. */
const isPlain = (error: Error) => !('$metadata' in error);
