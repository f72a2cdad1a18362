/** Events in order, a page at a time: a tenant's, or all tenants'. */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditEvents } from '../../contract/audit.ts';
import type { AuditQuery } from '../../contract/audit-query.ts';
import {
  allEventsIndex,
  allEventsKey,
  allEventsShards,
  partitionKey,
  sortKey,
} from '../../contract/table-schema.ts';
import { eventOf } from './audit-row.ts';
import { cursorOf, rangeLeft } from './event-cursor.ts';
import { eventFilter } from './event-filter.ts';
import { pageOf, type RowLists } from './event-page.ts';

type Lists = Omit<RowLists, 'client' | 'tableName'>;

const listsOfAll: Lists = {
  indexName: allEventsIndex,
  partitionKey: allEventsKey.partition,
  partitions: allEventsShards,
  sortKey: allEventsKey.sort,
};

/**
 * @param client with a session that may read these events
 * @param tenantId undefined for the events of all tenants, and of none
 * @throws Problem 400 for a cursor that is none, or is of another query
 * @throws ZodError where a row is not as it must be
 */
export async function listEvents(
  client: DynamoDBDocumentClient,
  tableName: string,
  tenantId: string | undefined,
  query: AuditQuery,
): Promise<AuditEvents> {
  const { order, limit } = query;
  const range = rangeLeft(query, tenantId);
  const lists: Lists =
    tenantId === undefined ? listsOfAll : { partitionKey, partitions: [tenantId], sortKey };
  const { rows, readTo } = await pageOf(
    { client, tableName, ...lists },
    { ...range, order, limit, filter: eventFilter(query, tenantId) },
  );
  const events = rows.map(eventOf);
  return readTo === undefined
    ? { events }
    : { events, nextCursor: cursorOf(query, tenantId, readTo) };
}
