/** Hours of UTC, each by the epoch milliseconds at which it begins, and which of them are due. */

export const hourMs = 3_600_000;

/** Rows come by way of CloudWatch, mostly within minutes; one that comes later than this is not counted. */
const maxLatenessMs = 1_800_000;

/** Of the hours in which the function did not run, those before the last day are not judged. */
const maxHoursCaughtUp = 24;

/** @returns the last hour of which all rows should be there */
export const newestDue = (now: number): number =>
  Math.floor((now - maxLatenessMs) / hourMs) * hourMs - hourMs;

/**
 * @param judgedUpTo the last hour that was judged, undefined where none was
 * @returns the hours to judge, in their order
 */
export function hoursDue(judgedUpTo: number | undefined, newest: number): number[] {
  if (judgedUpTo === undefined) return [newest];
  const first = Math.max(judgedUpTo + hourMs, newest - (maxHoursCaughtUp - 1) * hourMs);
  const count = Math.max(0, (newest - first) / hourMs + 1);
  return Array.from({ length: count }, (_, index) => first + index * hourMs);
}

/** RFC 3339, UTC, with milliseconds. */
export const hourText = (hour: number): string => new Date(hour).toISOString();
