/** Every row of the tenant table, from a random start. */
import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { tenantId } from '../../../contract/tenant-id.ts';
import { type TenantRow, tenantRow } from './tenant-row.ts';

/** A row that is not as it must be: nothing in it can be relied on. */
export interface InvalidRow {
  /** undefined where even that is not a tenant id */
  readonly tenantId: string | undefined;
  /** names of the attributes that are wrong */
  readonly attributes: readonly string[];
}

export type FoundRow = TenantRow | InvalidRow;

export const isInvalid = (row: FoundRow): row is InvalidRow => 'attributes' in row;

/** Few, so that a row is still fresh when it is looked at. */
const rowsAtOnce = 100;

/**
 * Rows are in the order of a hash of their key, and a Scan may start after any key, also one that is in no row.
 * A random start gives every row its chance, even where no run has the time for all of them.
 */
export async function* pagesOfRows(
  client: DynamoDBDocumentClient,
  tableName: string,
): AsyncGenerator<FoundRow[]> {
  const seen = new Set<unknown>();
  const pagesFrom = (start?: Item) =>
    paginateScan(
      { client, pageSize: rowsAtOnce, startingToken: start },
      { TableName: tableName, ConsistentRead: true },
    );
  for await (const { Items = [] } of pagesFrom({ tenantId: randomUUID() })) {
    for (const item of Items) seen.add(item.tenantId);
    yield Items.map(readRow);
  }
  for await (const { Items = [] } of pagesFrom()) {
    const rest = Items.filter((item) => !seen.has(item.tenantId));
    yield rest.map(readRow);
    if (rest.length < Items.length) return;
  }
}

type Item = Record<string, unknown>;

export function readRow(item: Item): FoundRow {
  const { data, error } = tenantRow.safeParse(item);
  if (data !== undefined) return data;
  const attributes = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : issue.path.join('.'),
  );
  return { tenantId: tenantId.safeParse(item.tenantId).data, attributes };
}
