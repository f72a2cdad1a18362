/** A moment in all the forms that RFC 3339 has for it, and in no other. */
import * as z from 'zod/mini';

export const timeText =
  'must be a time as RFC 3339 has it, such as 2026-01-31T23:59:59Z; in a query the + of an offset is written %2B';

/** Section 5.6: T and Z in either case, a fraction of any length, a second 60, any offset. A space for the T is not there. */
const form =
  /^(?<date>\d{4}-\d\d-\d\d)T(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)(?:\.(?<fraction>\d+))?(?:Z|(?<sign>[+-])(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d))$/i;

const minuteMs = 60_000;
const firstMs = Date.parse('0000-01-01T00:00:00.000Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * @returns UTC with milliseconds, whatever the time zone in which it was written; undefined for what is no time. A part
 * of a millisecond counts as a whole one: no time in whole milliseconds, as ours are, then comes to another side of it.
 */
export function parseTime(text: string): string | undefined {
  const {
    date,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    hours,
    minutes,
  } = form.exec(text)?.groups ?? {};
  const dayMs = Date.parse(`${date}T00:00:00.000Z`);
  // Date.parse takes the 31st of February for a day in March.
  if (Number.isNaN(dayMs) || isoOf(dayMs).slice(0, 10) !== date) return undefined;
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
  const ofMinuteMs = dayMs + (Number(hour) * 60 + Number(minute) - offset) * minuteMs;
  if (second === '60' && !endsMonth(ofMinuteMs)) return undefined;
  const wholeMs = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const partMs = /[1-9]/.test(fraction.slice(3)) ? 1 : 0;
  const moment = ofMinuteMs + Number(second) * 1000 + wholeMs + partMs;
  // An offset may lead out of the years that four digits have; nothing of ours is there.
  return isoOf(Math.min(Math.max(moment, firstMs), lastMs));
}

const isoOf = (momentMs: number): string => new Date(momentMs).toISOString();

/** A leap second is the last of a month in UTC (RFC 3339 section 5.7); as in POSIX, it is the first of the next as well. */
const endsMonth = (ofMinuteMs: number): boolean =>
  /-01T00:00:00\.000Z$/.test(isoOf(ofMinuteMs + minuteMs));

export const time = z.pipe(
  z.stringFormat('date-time', (text) => parseTime(text) !== undefined, timeText),
  z.transform((text) => parseTime(text) as string),
);
