/** Samples of one quantity, and what is said of them. */

export interface Summary {
  readonly median: number;
  /** between which the middle half of the samples lies */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/** @throws Error where there is no sample */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new Error('there are no samples');
  const sorted = samples.toSorted((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
  };
}

/** Between two samples, in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** The list, begun elsewhere in each round, so that nothing always runs after the same thing. */
export const rotated = <T>(list: readonly T[], round: number): T[] => {
  const start = round % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
};
