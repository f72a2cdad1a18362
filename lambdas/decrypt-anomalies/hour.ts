/** Hours of UTC, each by the epoch milliseconds at which it begins, and which of them are due. */

export const hourInMs = 3_600_000;

/** Rows come through CloudWatch, mostly within minutes; one that comes later than this is not counted. */
const latenessInMs = 1_800_000;

/** Of the hours in which the function did not run. Those before are not judged. */
const mostCaughtUp = 24;

/** @returns the last hour of which all rows should be there */
export const newestDue = (now: number): number =>
  Math.floor((now - latenessInMs) / hourInMs) * hourInMs - hourInMs;

/**
 * @param judgedUpTo the last hour that was judged, undefined where none was
 * @returns the hours to judge, in their order
 */
export function hoursDue(judgedUpTo: number | undefined, newest: number): number[] {
  if (judgedUpTo === undefined) return [newest];
  const first = Math.max(judgedUpTo + hourInMs, newest - (mostCaughtUp - 1) * hourInMs);
  const count = Math.max(0, (newest - first) / hourInMs + 1);
  return Array.from({ length: count }, (_, index) => first + index * hourInMs);
}

export const textOf = (hour: number): string => new Date(hour).toISOString();
