/**
 * Where a list goes on: base64url of JSON. Opaque, but not secret and not trusted: what it says is checked
 * like any other input, and the worst that a forged one does is to start the caller's own list elsewhere.
 */
import * as z from 'zod/mini';
import { invalidCursor } from '../../contract/problem.ts';

const longest = 2048;

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
  // One spelling, so that nothing besides can be smuggled along.
  if (data === undefined || cursorAfter(data) !== cursor) throw invalidCursor();
  return data;
}

function parse(cursor: string): unknown {
  if (cursor.length > longest) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
