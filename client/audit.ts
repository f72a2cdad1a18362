/** Audit events, page by page. */

import type { Requester } from './data-keys.ts';
import type { AuditEvent, Operations } from './http/api-types.ts';
import type { CallOptions } from './http/call.ts';
import { itemsOf } from './pages.ts';

type Parameters = Operations['listEvents']['query'];

/** `from` is the first moment, `to` the first that is no longer asked for. `limit`: events a page, 1-1,000 (100). */
export type AuditQuery = CallOptions & {
  readonly [Name in Exclude<keyof Parameters, 'cursor' | 'format' | 'from' | 'to'>]?:
    | Parameters[Name]
    | undefined;
} & {
  readonly from?: Date | string | undefined;
  readonly to?: Date | string | undefined;
};

export function auditEvents(
  { transport, tenantId }: Requester,
  { signal, ...rest }: AuditQuery,
): AsyncGenerator<AuditEvent, void, undefined> {
  return itemsOf(async (cursor) => {
    const { from, to, ...filters } = rest;
    const query = { ...filters, from: textOf(from), to: textOf(to), cursor };
    const page = await transport.json(
      'listEvents',
      { signal, tenantId, query },
      { events: 'array' },
    );
    return [page.events, page.nextCursor];
  });
}

const textOf = (time: Date | string | undefined) =>
  time instanceof Date ? time.toISOString() : time;
