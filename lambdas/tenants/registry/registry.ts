/**
 * The tenant table. Invariant: a row changes only from the version that its writer has read, one row at a
 * time; and a row that is not as it must be (with an unknown status, for one) is an error and not a tenant.
 */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { isNamed } from '../../aws/errors.ts';
import { type TenantRow, tenantRow } from './tenant-row.ts';

/** @throws ZodError where the row is not as it must be */
export async function getTenant(
  client: DynamoDBDocumentClient,
  tableName: string,
  tenantId: string,
): Promise<TenantRow | undefined> {
  const { Item } = await client.send(
    // Consistent, so that a suspension counts for the next request.
    new GetCommand({ TableName: tableName, Key: { tenantId }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : tenantRow.parse(Item);
}

export type RowChange = {
  readonly [K in keyof Omit<TenantRow, 'tenantId' | 'version' | 'writer' | 'updatedAt'>]?:
    | TenantRow[K]
    | null;
};

export interface Registry {
  get(tenantId: string): Promise<TenantRow | undefined>;
  /** @returns false where the tenant has a row already */
  add(row: TenantRow): Promise<boolean>;
  /**
   * @param row as it was read
   * @param change null removes an attribute
   * @returns the row as it is now, undefined where another invocation has changed it since it was read
   */
  change(row: TenantRow, change: RowChange): Promise<TenantRow | undefined>;
  /**
   * @param row as it was read
   * @returns false where another invocation has changed it since
   */
  remove(row: TenantRow): Promise<boolean>;
}

/**
 * @param writer unique to an invocation: where the answer to a write was lost and the SDK has sent it again, the
 *   condition fails, and the writer in the row tells that it was the invocation's own write
 */
export function openRegistry(
  client: DynamoDBDocumentClient,
  tableName: string,
  writer: string,
): Registry {
  const get = (tenantId: string) => getTenant(client, tableName, tenantId);

  return {
    get,
    async add(row) {
      const put = new PutCommand({
        TableName: tableName,
        Item: withoutAbsent({ ...row, writer }),
        ConditionExpression: 'attribute_not_exists(tenantId)',
      });
      if (await succeeds(client.send(put))) return true;
      const found = await get(row.tenantId);
      return found?.writer === writer && found.version === row.version;
    },
    async change(row, change) {
      const next = {
        ...withChange(row, change),
        version: row.version + 1,
        writer,
        updatedAt: new Date().toISOString(),
      };
      if (await succeeds(client.send(update(tableName, row, next)))) return next;
      const found = await get(row.tenantId);
      return found?.writer === writer && found.version === next.version ? found : undefined;
    },
    async remove({ tenantId, version }) {
      const remove = new DeleteCommand({
        TableName: tableName,
        Key: { tenantId },
        ConditionExpression: '#version = :readVersion',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':readVersion': version },
      });
      if (await succeeds(client.send(remove))) return true;
      // A removal whose answer was lost, and which the SDK has sent again, finds no row.
      return (await get(tenantId)) === undefined;
    },
  };
}

/** Sets what differs, removes what is gone, provided that the version is still the one that was read. */
function update(tableName: string, row: TenantRow, next: TenantRow): UpdateCommand {
  const names = Object.keys({ ...row, ...next }).filter((name) => name !== 'tenantId');
  const now = (name: string) => next[name as keyof TenantRow];
  const set = names.filter((name) => now(name) !== undefined);
  const removed = names.filter((name) => now(name) === undefined);
  const remove = removed.length === 0 ? '' : ` REMOVE ${removed.map((n) => `#${n}`).join(', ')}`;
  return new UpdateCommand({
    TableName: tableName,
    Key: { tenantId: row.tenantId },
    ConditionExpression: '#version = :readVersion',
    UpdateExpression: `SET ${set.map((n) => `#${n} = :${n}`).join(', ')}${remove}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((n) => [`#${n}`, n])),
    ExpressionAttributeValues: {
      ':readVersion': row.version,
      ...Object.fromEntries(set.map((n) => [`:${n}`, now(n)])),
    },
  });
}

/** @returns the row as the change leaves it */
export const withChange = (row: TenantRow, change: RowChange): TenantRow =>
  withoutAbsent({ ...row, ...change });

const withoutAbsent = (row: object): TenantRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value != null)) as TenantRow;

/** @returns false where the condition did not hold */
async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isNamed(error, 'ConditionalCheckFailedException')) return false;
    throw error;
  }
}
