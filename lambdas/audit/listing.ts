/** A tenant's events, in order, a page at a time. */

import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { AuditEvents, AuditQuery } from '../../contract/audit.ts';
import { invalidCursor } from '../../contract/problem.ts';
import { eventsBetween } from '../../contract/table-schema.ts';
import { cursorAfter, readCursor } from '../http/cursor.ts';
import { eventOf } from './audit-row.ts';

const position = z.strictObject({
  eventKey: z.string().check(z.regex(/^[\x21-\x7e]{1,1024}$/)),
});

/** Before and after every sort key: these begin with a year. */
const first = '0';
const last = '~';

/**
 * @param client with a session that may read the tenant's events
 * @throws Problem 400 for a cursor that is none, or is of another range
 * @throws ZodError where a row is not as it must be
 */
export async function listEvents(
  client: DynamoDBDocumentClient,
  tableName: string,
  tenantId: string,
  { from = first, to = last, limit, cursor }: AuditQuery,
): Promise<AuditEvents> {
  const start = cursor === undefined ? undefined : readCursor(position, cursor).eventKey;
  // DynamoDB takes no start key outside of the queried range.
  if (start !== undefined && (start < from || start > to)) throw invalidCursor();
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: eventsBetween,
      ExpressionAttributeValues: { ':tenantId': tenantId, ':from': from, ':to': to },
      Limit: limit,
      ...(start !== undefined && { ExclusiveStartKey: { tenantId, eventKey: start } }),
    }),
  );
  const events = Items.map(eventOf);
  const next: string | undefined = LastEvaluatedKey?.eventKey;
  return next === undefined ? { events } : { events, nextCursor: cursorAfter({ eventKey: next }) };
}
