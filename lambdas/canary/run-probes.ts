/** One run: every path is tried once. Invariant: whatever happens on a path, the run goes on. */
import { sideBySide } from '../aws/concurrency.ts';
import { NotTried, type Outcome, outcomeOf } from './outcome.ts';
import type { Cast } from './principals.ts';
import type { Path } from './probe.ts';
import type { Report } from './report.ts';

const pathsAtOnce = 10;

export interface RunOptions {
  readonly cast: Cast;
  readonly paths: readonly Path[];
  /** epoch milliseconds after which no path is begun */
  readonly lastStart: number;
}

/** Never throws. */
export async function run({ cast, paths, lastStart }: RunOptions): Promise<Report> {
  const outcomes = new Map<Path, Outcome>();
  await sideBySide(paths.values(), pathsAtOnce, async (path) => {
    const error = Date.now() > lastStart ? new NotTried('time') : await errorOf(path, cast);
    outcomes.set(path, outcomeOf(path.expected, error));
  });
  const names = (outcome: Outcome) =>
    paths.filter((path) => outcomes.get(path) === outcome).map(({ name }) => name);
  return {
    opened: names('opened'),
    broken: names('broken'),
    unknown: names('unknown'),
    denied: names('denied').length,
    allowed: names('allowed').length,
  };
}

/** @returns undefined where the attempt went through */
async function errorOf({ attempt }: Path, cast: Cast): Promise<unknown> {
  try {
    await attempt(cast);
    return undefined;
  } catch (error) {
    return error ?? new Error('an error without a value');
  }
}
