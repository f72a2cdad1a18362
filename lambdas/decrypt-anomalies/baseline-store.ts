/**
 * Stores baselines in the audit table, each under a partition key that is no tenant id, so that no tenant's session
 * reads it. Invariant: a baseline changes only from the state that its writer has read, so each hour is learned once
 * and in order.
 */

import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { baselineKey, expiryAttribute } from '../../contract/table-schema.ts';
import { isNamed } from '../aws/errors.ts';
import type { Baseline } from './baseline.ts';
import { hourMs, hourText } from './hour.ts';

/** A baseline is written each hour: it goes away by itself 90 days after its tenant. */
const expirySeconds = 90 * 86_400;

const amount = z.number().check(z.nonnegative());
const count = z.int().check(z.nonnegative());

/** Strict: a newer version wrote an attribute that this one does not know, and knows better. */
const baselineRow = z.strictObject({
  tenantId: z.string(),
  eventKey: z.string(),
  [expiryAttribute]: z.int(),
  mean: amount,
  deviation: amount,
  hours: count,
  unusualInARow: count,
  judgedUpTo: z.pipe(
    z.iso.datetime({ precision: 3 }),
    z.transform((text) => Date.parse(text)),
  ),
  writer: z.string(),
});

export interface StoredBaseline extends Baseline {
  /** the last hour that was learned, epoch milliseconds */
  readonly judgedUpTo: number;
}

export interface BaselineStore {
  /** @throws ZodError, or Error, where the row is not as it must be */
  get(tenantId: string): Promise<StoredBaseline | undefined>;
  /**
   * @param before as it was read
   * @returns false where another writer has changed it since
   */
  put(tenantId: string, before: StoredBaseline | undefined, next: StoredBaseline): Promise<boolean>;
}

/**
 * @param writer unique to a run. Where the answer to a write is lost and the SDK sends it again, the row's writer
 *   tells the run's own write from another's.
 */
export function baselineStore(
  client: DynamoDBDocumentClient,
  TableName: string,
  writer: string,
): BaselineStore {
  async function find(tenantId: string) {
    const { Item } = await client.send(
      new GetCommand({ TableName, Key: baselineKey(tenantId), ConsistentRead: true }),
    );
    return Item === undefined ? undefined : readRow(Item);
  }

  return {
    get: find,
    async put(tenantId, before, next) {
      const Item = rowOf(tenantId, next, writer);
      try {
        await client.send(new PutCommand({ TableName, Item, ...unchangedSince(before) }));
        return true;
      } catch (error) {
        if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
      }
      const found = await find(tenantId);
      return found?.writer === writer && found.judgedUpTo === next.judgedUpTo;
    },
  };
}

function readRow(row: unknown) {
  const baseline = baselineRow.parse(row);
  const { judgedUpTo } = baseline;
  // With an hour in the future, the tenant would not be judged until then.
  if (judgedUpTo > Date.now() || judgedUpTo % hourMs !== 0) {
    throw new Error('a baseline was judged up to an hour that has not been');
  }
  return baseline;
}

const rowOf = (tenantId: string, { judgedUpTo, ...baseline }: StoredBaseline, writer: string) => ({
  ...baselineKey(tenantId),
  ...baseline,
  judgedUpTo: hourText(judgedUpTo),
  writer,
  [expiryAttribute]: Math.floor(Date.now() / 1000) + expirySeconds,
});

const unchangedSince = (before: StoredBaseline | undefined) =>
  before === undefined
    ? { ConditionExpression: 'attribute_not_exists(tenantId)' }
    : {
        ConditionExpression: 'judgedUpTo = :judgedUpTo',
        ExpressionAttributeValues: { ':judgedUpTo': hourText(before.judgedUpTo) },
      };
