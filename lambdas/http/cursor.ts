/**
 * The position at which a list goes on, as base64url of JSON. Invariant: a cursor is opaque, but neither secret nor
 * trusted. It is checked like any other input; a forged one only starts the caller's own list elsewhere.
 */
import * as z from 'zod/mini';
import { invalidCursor } from '../../contract/problem.ts';

/** characters */
const maxCursorLength = 2048;

export const cursorAfter = (position: object): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * @returns the position after which the list goes on
 * @throws Problem 400 invalid-cursor
 */
export function readCursor<S extends z.core.$ZodType<object>>(
  position: S,
  cursor: string,
): z.output<S> {
  const { data } = z.safeParse(position, parse(cursor));
  // A position has one spelling, so that a cursor can carry nothing else.
  if (data === undefined || cursorAfter(data) !== cursor) throw invalidCursor();
  return data;
}

function parse(cursor: string): unknown {
  if (cursor.length > maxCursorLength) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
