/**
 * Where a list goes on: base64url of `{"tenantId": "..."}`. Opaque, but not secret and not trusted: it can
 * only ever name a tenant id, and the worst that a forged one does is to start a list elsewhere.
 */
import * as z from 'zod/mini';
import { invalidCursor } from '../http/problem.ts';
import { tenantId } from './tenant-id.ts';

const position = z.strictObject({ tenantId });
const longest = 200;

export const cursorAfter = (id: string): string =>
  Buffer.from(JSON.stringify({ tenantId: id })).toString('base64url');

/**
 * @returns the tenant id after which the list goes on
 * @throws Problem 400 invalid-cursor
 */
export function readCursor(cursor: string): string {
  const { data } = position.safeParse(parse(cursor));
  // One spelling, so that nothing besides can be smuggled along.
  if (data === undefined || cursorAfter(data.tenantId) !== cursor) throw invalidCursor();
  return data.tenantId;
}

function parse(cursor: string): unknown {
  if (cursor.length > longest) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
