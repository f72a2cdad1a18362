/** Every row of the tenant table, beginning at a random place. */
import { randomUUID } from 'node:crypto';
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { tenantId } from '../../../contract/tenant-id.ts';
import { type TenantRow, tenantRow } from './tenant-row.ts';

/** A row that is not as it must be: nothing that it says is to be relied on. */
export interface InvalidRow {
  /** absent where it is not even that */
  readonly tenantId: string | undefined;
  /** names of the attributes that are wrong */
  readonly attributes: readonly string[];
}

export type FoundRow = TenantRow | InvalidRow;

export const isInvalid = (row: FoundRow): row is InvalidRow => 'attributes' in row;

/** Few, so that a row is not old when its turn comes. */
const rowsAtOnce = 100;

/**
 * Rows lie in the order of a hash of their key, and a Scan may start after any key, one that is in no row
 * included: so each row has its turn, though there be more than one run looks at.
 */
export async function* pagesOfRows(
  client: DynamoDBClient,
  tableName: string,
): AsyncGenerator<FoundRow[]> {
  const seen = new Set<string | undefined>();
  const start = { tenantId: { S: randomUUID() } };
  for await (const items of pages(client, tableName, start)) {
    for (const item of items) seen.add(idOf(item));
    yield items.map(read);
  }
  for await (const items of pages(client, tableName, undefined)) {
    const rest = items.filter((item) => !seen.has(idOf(item)));
    yield rest.map(read);
    if (rest.length < items.length) return;
  }
}

type Item = Record<string, AttributeValue>;

async function* pages(client: DynamoDBClient, TableName: string, start: Item | undefined) {
  let ExclusiveStartKey = start;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({ TableName, ConsistentRead: true, Limit: rowsAtOnce, ExclusiveStartKey }),
    );
    yield Items;
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

const idOf = (item: Item): string | undefined => item.tenantId?.S;

function read(item: Item): FoundRow {
  const { data, error } = tenantRow.safeParse(unmarshall(item));
  if (data !== undefined) return data;
  const attributes = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : issue.path.join('.'),
  );
  return { tenantId: tenantId.safeParse(idOf(item)).data, attributes };
}
