/** The newest events of the audit table, of all tenants. */
import type { Row, TableReader } from './tables.ts';

/** So many are shown at most. */
export const newestCount = 200;

/** @returns events with their tenants, newest first */
export async function newestEvents(tables: TableReader): Promise<Row[]> {
  const tenants = await tables.tenants();
  const rows = await Promise.all(
    tenants.map(({ tenantId }) => tables.newestEvents(String(tenantId), newestCount)),
  );
  return rows
    .flat()
    .sort((a, b) => (String(a.eventKey) < String(b.eventKey) ? 1 : -1))
    .slice(0, newestCount)
    .map(({ expiresAt: _, ...event }) => event);
}
