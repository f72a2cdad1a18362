/** Audit events, page by page: a tenant's own, or every tenant's. */
import type { AuditEvent, Operations } from './http/api-types.ts';
import type { CallOptions } from './http/call.ts';
import type { Transport } from './http/transport.ts';
import { itemsOf } from './pages.ts';

type Parameters = Operations['listEvents']['query'];

/**
 * `from` is the first moment, `to` the first that is no longer asked for. `limit`: events a page, 1-1,000 (100). `actor` is
 * here that of the events, not of this request.
 */
export type AuditQuery = Omit<CallOptions, 'actor'> & {
  readonly [Name in Exclude<keyof Parameters, 'cursor' | 'format' | 'from' | 'to'>]?:
    | Parameters[Name]
    | undefined;
} & {
  readonly from?: Date | string | undefined;
  readonly to?: Date | string | undefined;
};

/** @param tenantId undefined for all tenants, and for what is about none */
export function auditEvents(
  transport: Transport,
  tenantId: string | undefined,
  { signal, actor, ...rest }: AuditQuery,
): AsyncGenerator<AuditEvent, void, undefined> {
  const { from, to, label, ...filters } = rest;
  return itemsOf(async (cursor) => {
    const query = { ...filters, actor, from: textOf(from), to: textOf(to), cursor };
    const shape = { events: 'array' } as const;
    const page =
      tenantId === undefined
        ? await transport.json('listAllEvents', { signal, label, query }, shape)
        : await transport.json('listEvents', { signal, label, query, tenantId }, shape);
    return [page.events, page.nextCursor];
  });
}

const textOf = (time: Date | string | undefined) =>
  time instanceof Date ? time.toISOString() : time;
