/**
 * What is usual for one tenant: mean and standard deviation of the items that it has decrypted in an hour. An hour 14
 * days old weighs half as much as the last. Invariant: an hour far above the mean is unusual, whatever came before, and
 * does not make the next such hour usual: for a day an unusual hour is learned as if it had been half as far above the
 * mean as is usual, however far it was.
 * Too few items are not unusual: a holiday, a deployment and a suspension look alike.
 */

export interface Baseline {
  /** items an hour */
  readonly mean: number;
  /** standard deviation of the items an hour */
  readonly deviation: number;
  /** how many were learned */
  readonly hours: number;
  /** how many of the last hours were unusual, one after another */
  readonly unusualInARow: number;
}

export interface Judgement {
  readonly unusual: boolean;
  /** the baseline with this hour learned */
  readonly next: Baseline;
}

export const beforeAnyHour: Baseline = { mean: 0, deviation: 0, hours: 0, unusualInARow: 0 };

/** A day, so that day and night are known before anything is unusual. */
export const learningHours = 24;

/** How far above the mean is usual: the largest of these three. */
const usualDeviations = 6;
const usualFactor = 3;
/** For small tenants, where 10 items after 1 are nothing unusual. */
const usualItemsAbove = 100;

/**
 * After a day without a break it is not a spike but the tenant's new level. If that were never learned, each hour would
 * be unusual and the next spike would not stand out.
 */
const hoursOfNewLevel = 24;

const halfLifeHours = 14 * 24;
const minWeight = 1 - 2 ** (-1 / halfLifeHours);

/** The most items in an hour that are usual. */
export function mostUsual({ mean, deviation, hours }: Baseline): number {
  if (hours < learningHours) return Number.POSITIVE_INFINITY;
  return Math.max(mean + usualDeviations * deviation, usualFactor * mean, mean + usualItemsAbove);
}

/** @param items a whole number: what the tenant decrypted in the hour after the baseline's last one */
export function judge(baseline: Baseline, items: number): Judgement {
  const most = mostUsual(baseline);
  const unusual = items > most;
  const unusualInARow = unusual ? baseline.unusualInARow + 1 : 0;
  const isSpike = unusual && unusualInARow <= hoursOfNewLevel;
  const learned = isSpike ? (baseline.mean + most) / 2 : items;
  return { unusual, next: { ...withHour(baseline, learned), unusualInARow } };
}

/**
 * Exponentially weighted mean and variance, updated by one value: with `d` as its distance from the mean and `w` as its
 * weight, `mean + w d` and `(1 - w)(variance + w d^2)`. While there are few hours, all weigh the same: else the first
 * hour would make most of the mean.
 */
function withHour({ mean, deviation, hours }: Baseline, items: number) {
  const weight = Math.max(1 / (hours + 1), minWeight);
  const distance = items - mean;
  const variance = (1 - weight) * (deviation ** 2 + weight * distance ** 2);
  return {
    mean: millionths(mean + weight * distance),
    deviation: millionths(Math.sqrt(variance)),
    hours: hours + 1,
  };
}

/** A number that is halved for years becomes smaller than any that DynamoDB takes. */
const millionths = (value: number): number => Math.round(value * 1e6) / 1e6;
