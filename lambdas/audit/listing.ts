/** A tenant's events, in order, a page at a time. */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditEvents } from '../../contract/audit.ts';
import type { AuditQuery } from '../../contract/audit-query.ts';
import { partitionKey, sortKey } from '../../contract/table-schema.ts';
import { eventOf } from './audit-row.ts';
import { cursorOf, rangeLeft } from './event-cursor.ts';
import { eventFilter } from './event-filter.ts';
import { pageOf } from './event-page.ts';

/**
 * @param client with a session that may read the tenant's events
 * @throws Problem 400 for a cursor that is none, or is of another query
 * @throws ZodError where a row is not as it must be
 */
export async function listEvents(
  client: DynamoDBDocumentClient,
  tableName: string,
  tenantId: string,
  query: AuditQuery,
): Promise<AuditEvents> {
  const { order, limit } = query;
  const range = rangeLeft(query, tenantId);
  const { rows, readTo } = await pageOf(
    { client, tableName, partitionKey, sortKey, partitions: [tenantId] },
    { ...range, order, limit, filter: eventFilter(query) },
  );
  const events = rows.map(eventOf);
  return readTo === undefined
    ? { events }
    : { events, nextCursor: cursorOf(query, tenantId, readTo) };
}
