/**
 * Where a list of events goes on. Invariant: a cursor belongs to one query, of one tenant: with another range, order or
 * filter, or for another tenant, it is none. It only narrows the range of that query, so a forged one shows nothing
 * that the query would not show.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type AuditQuery, auditFilters } from '../../contract/audit-query.ts';
import { invalidCursor } from '../../contract/problem.ts';
import { cursorAfter, readCursor } from '../http/cursor.ts';

/** A sort key: it begins with a time. Of the characters below, since the bounds of a page are made with the next ones. */
const position = z.strictObject({
  after: z.string().check(z.regex(/^[\x21-\x7e]{1,1024}$/)),
  of: z.string(),
});
const lowest = '\x20';
const highest = '\x7f';

/** Whose events are listed; undefined for all tenants'. */
export type Whose = string | undefined;

/** Before and after every sort key: these begin with a year. */
const firstKey = '0';
const lastKey = '~';

/**
 * @returns the first and the last sort key of what is left of the query's range, both inclusive
 * @throws Problem 400 for a cursor that is none, or is of another query
 */
export function rangeLeft(query: AuditQuery, whose: Whose): { from: string; to: string } {
  const { from = firstKey, to = lastKey, order, cursor } = query;
  if (cursor === undefined) return { from, to };
  const { after, of } = readCursor(position, cursor);
  if (of !== fingerprint(query, whose) || after <= from || after >= to) throw invalidCursor();
  return order === 'oldest' ? { from: after + lowest, to } : { from, to: justBefore(after) };
}

/** The last of all texts of these characters that are before the key. */
function justBefore(key: string): string {
  const last = key.length - 1;
  return key.slice(0, last) + String.fromCharCode(key.charCodeAt(last) - 1) + highest;
}

export const cursorOf = (query: AuditQuery, whose: Whose, readTo: string): string =>
  cursorAfter({ after: readTo, of: fingerprint(query, whose) });

/** All but how many are wanted at once, which may change from page to page. */
const ofQuery = ['from', 'to', 'order', ...auditFilters, 'routine'] as const;

function fingerprint(query: AuditQuery, whose: Whose): string {
  const parts = [whose ?? null, ...ofQuery.map((name) => query[name] ?? null)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
