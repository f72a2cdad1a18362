/**
 * How scheduled functions share out over their runs what need not be done in each. Invariant: a run's part follows from
 * the time alone. Nothing is kept from run to run, so nobody can keep a function from a part by what they write.
 */

/** Half a day: a day in which a function did not run for hours still has a whole round. */
const longestRoundMinutes = 12 * 60;

/** @returns how many runs a round has, each with a share of its own */
export const runsARound = (everyMinutes: number): number =>
  Math.max(1, Math.floor(longestRoundMinutes / everyMinutes));

/**
 * The shares that are due in a run, of as many as a round has runs: its own, and the next run's. The scheduler may start
 * runs a moment early or late, so that two fall into one interval and none into the next, whose share the run before has
 * had by then. It also makes good a run that is missed.
 * @param now epoch milliseconds
 */
export function dueShares(now: number, everyMinutes: number): readonly number[] {
  const shares = runsARound(everyMinutes);
  const run = Math.floor(now / (everyMinutes * 60_000));
  return [run % shares, (run + 1) % shares];
}
