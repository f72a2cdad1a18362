/**
 * Pages of the tenant table. Invariant: a row that is not as it must be is no tenant, and keeps no other out of the
 * list. It is left out and logged; what to do about it the reconciler says (`row-invalid`).
 */

import { type DynamoDBDocumentClient, paginateScan, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { partitionKey } from '../../../contract/table-schema.ts';
import { tenantId } from '../../../contract/tenant-id.ts';
import type { TenantStatus } from '../../../contract/tenant-status.ts';
import { cursorAfter, readCursor } from '../../http/cursor.ts';
import { log } from '../../observability/log.ts';
import { isInvalid, readRow } from './scan.ts';
import type { TenantRow } from './tenant-row.ts';

const cursorPosition = z.strictObject({ tenantId });

/** Rows that a Scan with a filter looks at. */
const rowsPerFilteredScan = 500;
const maxScansPerPage = 20;

export interface TenantPage {
  readonly rows: readonly TenantRow[];
  /** absent at the end of the table; a page that is short, or empty, may still have it */
  readonly nextCursor?: string;
}

export interface TenantPageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: TenantStatus | undefined;
}

/**
 * @throws Problem 400 for a cursor that this function did not make
 */
export async function listTenants(
  client: DynamoDBDocumentClient,
  tableName: string,
  { limit, cursor, status }: TenantPageRequest,
): Promise<TenantPage> {
  let position = cursor === undefined ? undefined : readCursor(cursorPosition, cursor).tenantId;
  const rows: TenantRow[] = [];
  for (let scan = 0; scan < maxScansPerPage || !isTenantId(position); scan += 1) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        // A limit counts the rows looked at, before the filter.
        Limit: status === undefined ? limit - rows.length : rowsPerFilteredScan,
        ...(position !== undefined && { ExclusiveStartKey: { tenantId: position } }),
        ...(status !== undefined && onlyStatus(status)),
      }),
    );
    const found = Items.flatMap(validRow);
    const taken = found.slice(0, limit - rows.length);
    rows.push(...taken);
    position = LastEvaluatedKey?.tenantId;
    if (position === undefined && taken.length === found.length) return { rows };
    if (rows.length < limit) continue;
    // Where the Scan found more than fits, or ended at a key that no cursor may name.
    if (taken.length < found.length || !isTenantId(position)) position = rows.at(-1)?.tenantId;
    break;
  }
  return position === undefined
    ? { rows }
    : { rows, nextCursor: cursorAfter({ tenantId: position }) };
}

/** Of a row that is left out, the key may be anything. */
const isTenantId = (key: unknown): boolean => tenantId.safeParse(key).success;

/** The name alone: nothing else of such a row can be relied on, and nobody but its writer chose it. */
function validRow(item: Record<string, unknown>): TenantRow[] {
  const row = readRow(item);
  if (!isInvalid(row)) return [row];
  log('ERROR', { message: 'invalid row', tenantId: row.tenantId });
  return [];
}

const onlyStatus = (status: TenantStatus) => ({
  FilterExpression: '#status = :status',
  ExpressionAttributeNames: { '#status': 'status' },
  ExpressionAttributeValues: { ':status': status },
});

/** Of a projection: wherever a row names keys in KMS, those in accounts of tenants' by the name that they have in their store. */
export const keyArnPaths = 'keyArn, keyName, nextKey, previousKey, formerKeys';

/**
 * @param item of {@link keyArnPaths}; the rest of the row may be as invalid as it likes
 * @returns the ARNs that it names: of the tenant's own key, of those of a change of its key store, and of those that are deleted
 */
export function keyArnsIn(item: Record<string, unknown>): ReadonlySet<string> {
  const { nextKey, previousKey, formerKeys } = item;
  const former: unknown[] = Array.isArray(formerKeys) ? formerKeys : [];
  const keys = [item, nextKey, previousKey, ...former] as readonly (NamedKey | null)[];
  const names = keys.map((key) => key?.keyName).filter(isArn);
  const arns = keys.map((key) => key?.keyArn).filter((arn) => typeof arn === 'string');
  return new Set([...arns, ...names]);
}

interface NamedKey {
  readonly keyArn?: unknown;
  readonly keyName?: unknown;
}

const isArn = (name: unknown): name is string =>
  typeof name === 'string' && name.startsWith('arn:');

/**
 * @param except a tenant whose row is left out
 * @returns the ARN of every key that a row names
 */
export async function keyArnsOf(
  client: DynamoDBDocumentClient,
  tableName: string,
  except?: string,
): Promise<Set<string>> {
  const arns = new Set<string>();
  const others = {
    FilterExpression: '#id <> :except',
    ExpressionAttributeNames: { '#id': partitionKey },
    ExpressionAttributeValues: { ':except': except },
  };
  const input = {
    TableName: tableName,
    ConsistentRead: true,
    ProjectionExpression: keyArnPaths,
    ...(except !== undefined && others),
  };
  for await (const { Items = [] } of paginateScan({ client }, input)) {
    for (const item of Items) for (const arn of keyArnsIn(item)) arns.add(arn);
  }
  return arns;
}
