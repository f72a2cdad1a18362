/** Pages of the tenant table. */

import { type DynamoDBDocumentClient, paginateScan, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { tenantId } from '../../../contract/tenant-id.ts';
import type { TenantStatus } from '../../../contract/tenants.ts';
import { cursorAfter, readCursor } from '../../http/cursor.ts';
import { type TenantRow, tenantRow } from './tenant-row.ts';

const cursorPosition = z.strictObject({ tenantId });

/** Rows that one Scan looks at when it filters, and how many Scans one page may take. */
const scanned = 500;
const maxScans = 20;

export interface Page {
  readonly rows: readonly TenantRow[];
  /** absent at the end of the table; a page may be short, or empty, and still have it */
  readonly nextCursor?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: TenantStatus | undefined;
}

/**
 * @throws Problem 400 for a cursor that is none
 * @throws ZodError where a row is not as it must be
 */
export async function listTenants(
  client: DynamoDBDocumentClient,
  tableName: string,
  { limit, cursor, status }: PageRequest,
): Promise<Page> {
  let position = cursor === undefined ? undefined : readCursor(cursorPosition, cursor).tenantId;
  const rows: TenantRow[] = [];
  for (let scan = 0; scan < maxScans; scan += 1) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        // A limit counts the rows looked at, before the filter.
        Limit: status === undefined ? limit - rows.length : scanned,
        ...(position !== undefined && { ExclusiveStartKey: { tenantId: position } }),
        ...(status !== undefined && onlyStatus(status)),
      }),
    );
    const found = Items.map((item) => tenantRow.parse(item));
    const taken = found.slice(0, limit - rows.length);
    rows.push(...taken);
    position = LastEvaluatedKey?.tenantId;
    // Some of what this Scan found is for the next page, which starts after the last one taken.
    if (taken.length < found.length) position = rows.at(-1)?.tenantId;
    if (position === undefined) return { rows };
    if (rows.length === limit) break;
  }
  return position === undefined
    ? { rows }
    : { rows, nextCursor: cursorAfter({ tenantId: position }) };
}

const onlyStatus = (status: TenantStatus) => ({
  FilterExpression: '#status = :status',
  ExpressionAttributeNames: { '#status': 'status' },
  ExpressionAttributeValues: { ':status': status },
});

/** @returns the ARN of every key that a row names */
export async function keyArnsOf(
  client: DynamoDBDocumentClient,
  tableName: string,
): Promise<Set<string>> {
  const arns = new Set<string>();
  const input = { TableName: tableName, ConsistentRead: true, ProjectionExpression: 'keyArn' };
  for await (const { Items = [] } of paginateScan({ client }, input)) {
    for (const { keyArn } of Items) if (keyArn !== undefined) arns.add(keyArn);
  }
  return arns;
}
