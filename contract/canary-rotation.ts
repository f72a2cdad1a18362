/**
 * How the canary's paths go round. Each run tries two shares of them, its own and the next run's; one round has all
 * shares. It takes half a day, so that a day in which the canary did not run for hours still has every path.
 */
const longestRoundMinutes = 12 * 60;

/** @returns how many runs a round has */
export const runsARound = (everyMinutes: number): number =>
  Math.max(1, Math.floor(longestRoundMinutes / everyMinutes));
