/** The newest events of the audit table: of all tenants, of those that were searched for, or of one. */
import { stackPartition } from '../../contract/table-schema.ts';
import type { Row, TableReader, WantedEvents } from './tables.ts';

/** So many are shown at most. */
export const newestCount = 200;

export interface EventQuery extends WantedEvents {
  /** the events of one tenant alone */
  readonly tenantId: string | undefined;
  /** a part of the ids of those whose events are wanted */
  readonly search: string;
}

export const readEventQuery = (query: URLSearchParams): EventQuery => ({
  tenantId: query.get('tenantId') ?? undefined,
  search: query.get('search') ?? '',
  refused: query.get('refused') === 'true',
  routine: query.get('routine') === 'true',
});

/** @returns events with their tenants, newest first */
export async function newestEvents(tables: TableReader, query: EventQuery): Promise<Row[]> {
  const partitions = await partitionsOf(tables, query);
  const rows = await Promise.all(
    partitions.map((partition) => tables.newestEvents(partition, newestCount, query)),
  );
  return rows
    .flat()
    .sort((a, b) => (String(a.eventKey) < String(b.eventKey) ? 1 : -1))
    .slice(0, newestCount)
    .map(({ expiresAt: _, ...event }) => event);
}

async function partitionsOf(
  tables: TableReader,
  { tenantId, search }: EventQuery,
): Promise<string[]> {
  if (tenantId !== undefined) return [tenantId];
  const all = (await tables.tenants()).map((row) => String(row.tenantId));
  return [...all, stackPartition].filter((partition) => partition.includes(search));
}
