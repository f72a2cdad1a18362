/**
 * What is usual for one tenant, of the items that it decrypts in an hour: mean and standard deviation of its
 * hours so far, of which one 14 days old weighs half as much as the last. Invariant: an hour far above it is
 * unusual whatever came before, and cannot make its like usual by itself: for a day it is learned as if it had
 * been half as far above the mean as is usual, however far it was.
 * Too few is not unusual: a holiday, a deployment and a suspension look alike.
 */

export interface Baseline {
  /** items an hour */
  readonly mean: number;
  /** the standard deviation of the same */
  readonly deviation: number;
  /** from which it was learned */
  readonly hours: number;
  /** how many of them, the last ones, were unusual one after another */
  readonly unusualInARow: number;
}

export interface Judgement {
  readonly unusual: boolean;
  /** with this hour in it */
  readonly next: Baseline;
}

export const beforeAnyHour: Baseline = { mean: 0, deviation: 0, hours: 0, unusualInARow: 0 };

/** A day, so that day and night are known before anything is unusual. */
export const learningHours = 24;

/** As far above the mean as is usual is whatever of these is most. */
const usualDeviations = 6;
const usualFactor = 3;
/** Small tenants: from 1 to 10 items is no news. */
const usualItemsAbove = 100;

/** After a day without a break it is no spike but the tenant's new level, which hides the next spike if it is never learned. */
const hoursOfNewLevel = 24;

const halfLifeInHours = 14 * 24;
const leastWeight = 1 - 2 ** (-1 / halfLifeInHours);

/** The most items in an hour that are usual. */
export function mostUsual({ mean, deviation, hours }: Baseline): number {
  if (hours < learningHours) return Number.POSITIVE_INFINITY;
  return Math.max(mean + usualDeviations * deviation, usualFactor * mean, mean + usualItemsAbove);
}

/** @param items a whole number, what the tenant has decrypted in the hour after the baseline's last */
export function judge(baseline: Baseline, items: number): Judgement {
  const most = mostUsual(baseline);
  const unusual = items > most;
  const unusualInARow = unusual ? baseline.unusualInARow + 1 : 0;
  const isSpike = unusual && unusualInARow <= hoursOfNewLevel;
  const learned = isSpike ? (baseline.mean + most) / 2 : items;
  return { unusual, next: { ...withHour(baseline, learned), unusualInARow } };
}

/**
 * Exponentially weighted mean and variance, updated by one value: with `d` as its distance from the mean and `w`
 * as its weight, `mean + w d` and `(1 - w)(variance + w d^2)`. While there are few hours all weigh the same, or
 * the first would count for most of the mean.
 */
function withHour({ mean, deviation, hours }: Baseline, items: number) {
  const weight = Math.max(1 / (hours + 1), leastWeight);
  const distance = items - mean;
  const variance = (1 - weight) * (deviation ** 2 + weight * distance ** 2);
  return {
    mean: millionths(mean + weight * distance),
    deviation: millionths(Math.sqrt(variance)),
    hours: hours + 1,
  };
}

/** DynamoDB takes no number as small as one becomes that is halved for years. */
const millionths = (value: number): number => Math.round(value * 1e6) / 1e6;
