/**
 * The keys of a tenant's macs, wrapped: a row for each purpose. Invariant: a row is written only where it still is as it
 * was read, so that whoever comes first makes a purpose's key, and no key is overwritten; and a version's number is never
 * given again, since the newest version always stays. DynamoDB's conditions say so, not IAM, which has none for that: see
 * "Macs" in docs/security.md.
 */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { maxPurposes } from '../../contract/mac.ts';
import { isNamed } from '../aws/errors.ts';
import { readCache } from '../caching/read-cache.ts';

const version = z.strictObject({
  version: z.int(),
  wrappedKey: z.instanceof<typeof Uint8Array<ArrayBufferLike>>(Uint8Array),
  createdAt: z.string(),
});

/** Strict, as a row of the registry is. */
const macKeyRow = z.strictObject({
  tenantId: z.string(),
  purpose: z.string(),
  /** of the row: each write has the next one */
  revision: z.int(),
  /** the live ones, the oldest first */
  versions: z.array(version).check(z.minLength(1), z.maxLength(2)),
  /**
   * Of the tenant's key that has wrapped them all, as the key store names it. Absent: nobody has written the row since the
   * tenant's key was first moved to another store.
   */
  keyName: z.optional(z.string()),
});

export type MacKeyVersion = z.output<typeof version>;
export type MacKeyRow = z.output<typeof macKeyRow>;

export interface MacKeyRows {
  /** @param age `fresh`: as it is now, whatever was read before */
  get(purpose: string, age?: 'fresh'): Promise<MacKeyRow | undefined>;
  /**
   * @param read as it was read before
   * @param keyName absent: not to be written down
   * @returns false, and nothing was written, where it is no longer so; also where the answer to a write of ours was lost
   */
  put(
    purpose: string,
    versions: readonly MacKeyVersion[],
    read: MacKeyRow | undefined,
    keyName?: string,
  ): Promise<boolean>;
  /**
   * @param after a purpose; undefined: from the first
   * @returns some purposes, in an order that stays, with the key that each is under; none: there are no more
   */
  list(after?: string): Promise<readonly Pick<MacKeyRow, 'purpose' | 'keyName'>[]>;
  /** whether there are as many as may be; uses at the same moment may pass it by a few */
  isFull(): Promise<boolean>;
}

/** @param client with the tenant's session */
export const macKeyRows = (
  client: DynamoDBDocumentClient,
  tableName: string,
  tenantId: string,
): MacKeyRows => ({
  async get(purpose) {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { tenantId, purpose }, ConsistentRead: true }),
    );
    return Item && macKeyRow.parse(Item);
  },

  async put(purpose, versions, read, keyName) {
    const revision = (read?.revision ?? 0) + 1;
    const condition =
      read === undefined
        ? { ConditionExpression: 'attribute_not_exists(tenantId)' }
        : {
            ConditionExpression: 'revision = :read',
            ExpressionAttributeValues: { ':read': read.revision },
          };
    const named = keyName !== undefined && { keyName };
    const Item = { tenantId, purpose, revision, versions, ...named };
    try {
      await client.send(new PutCommand({ TableName: tableName, Item, ...condition }));
      return true;
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  },

  async list(after) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'tenantId = :tenantId',
        ExpressionAttributeValues: { ':tenantId': tenantId },
        ProjectionExpression: 'purpose, keyName',
        ConsistentRead: true,
        ...(after !== undefined && { ExclusiveStartKey: { tenantId, purpose: after } }),
      }),
    );
    return z.parse(z.array(z.pick(macKeyRow, { purpose: true, keyName: true })), Items);
  },

  async isFull() {
    const { LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'tenantId = :tenantId',
        ExpressionAttributeValues: { ':tenantId': tenantId },
        Select: 'COUNT',
        Limit: maxPurposes,
      }),
    );
    // It is there when the limit was reached, or, by very long names, 1 MB of rows (DynamoDB API Reference, Query).
    return LastEvaluatedKey !== undefined;
  },
});

export interface MacKeyRowCacheOptions {
  /** as long as a read of the tenant's own row counts; with 0 nothing is kept */
  readonly ttlMs: number;
  /** rows of all tenants, about half a kilobyte each, and no secret */
  readonly maxEntries?: number;
  /** epoch milliseconds */
  readonly now?: () => number;
}

/**
 * Reads of rows, kept for a moment. A change of a purpose's versions is seen elsewhere after that moment. Only what was
 * found is kept.
 * @returns rows of a tenant that are read through the cache; no tenant id has a slash, so no two rows share an entry
 */
export function macKeyRowCache({
  ttlMs,
  maxEntries = 10_000,
  now = Date.now,
}: MacKeyRowCacheOptions): (tenantId: string, rows: MacKeyRows) => MacKeyRows {
  const reads = readCache<MacKeyRow | undefined>({
    ttlMs,
    maxEntries,
    now,
    isKept: (row) => row !== undefined,
  });

  return (tenantId, rows) => ({
    ...rows,
    get(purpose, age) {
      const id = `${tenantId}/${purpose}`;
      const last = age === 'fresh' ? undefined : reads.get(id);
      return last ?? reads.begin(id, () => rows.get(purpose));
    },
    put(purpose, ...rest) {
      reads.delete(`${tenantId}/${purpose}`);
      return rows.put(purpose, ...rest);
    },
  });
}
