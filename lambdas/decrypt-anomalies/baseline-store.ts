/**
 * Baselines, where they are kept: in the audit table, each under a partition key that is no tenant id, so that
 * no tenant's session reads it. Invariant: a baseline changes only from what its writer has read, so an hour is
 * learned once and in its turn.
 */

import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { baselineKey, expiryAttribute } from '../../contract/table-schema.ts';
import { isNamed } from '../aws/errors.ts';
import type { Baseline } from './baseline.ts';
import { hourInMs, textOf } from './hour.ts';

/** Written anew each hour: it goes away by itself when its tenant has been gone for so long. */
const expiryInSeconds = 90 * 86_400;

const amount = z.number().check(z.nonnegative());
const count = z.int().check(z.nonnegative());

/** Strict: an attribute that this version does not know was written by one that knows better. */
const keptBaseline = z.strictObject({
  tenantId: z.string(),
  eventKey: z.string(),
  [expiryAttribute]: z.int(),
  mean: amount,
  deviation: amount,
  hours: count,
  unusualInARow: count,
  /** the last hour that it has in it */
  judgedUpTo: z.pipe(
    z.iso.datetime({ precision: 3 }),
    z.transform((text) => Date.parse(text)),
  ),
  writer: z.string(),
});

export interface KeptBaseline extends Baseline {
  /** epoch milliseconds */
  readonly judgedUpTo: number;
}

export interface KeptBaselines {
  /** @throws ZodError, or Error, where it is not as it must be */
  get(tenantId: string): Promise<KeptBaseline | undefined>;
  /**
   * @param read what it was, as it was read
   * @returns false where somebody else has changed it since
   */
  put(tenantId: string, read: KeptBaseline | undefined, next: KeptBaseline): Promise<boolean>;
}

/**
 * @param writer unique to a run: it tells one's own write, whose answer was lost and which the SDK has therefore
 *   sent again, from another's
 */
export function keptBaselines(
  client: DynamoDBClient,
  TableName: string,
  writer: string,
): KeptBaselines {
  async function find(tenantId: string) {
    const get = new GetItemCommand({
      TableName,
      Key: marshall(baselineKey(tenantId)),
      ConsistentRead: true,
    });
    const { Item } = await client.send(get);
    return Item === undefined ? undefined : read(unmarshall(Item));
  }

  return {
    get: find,
    async put(tenantId, before, next) {
      const Item = itemOf(tenantId, next, writer);
      const put = new PutItemCommand({ TableName, Item, ...unchangedSince(before) });
      try {
        await client.send(put);
        return true;
      } catch (error) {
        if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
      }
      const found = await find(tenantId);
      return found?.writer === writer && found.judgedUpTo === next.judgedUpTo;
    },
  };
}

function read(item: unknown) {
  const baseline = keptBaseline.parse(item);
  const { judgedUpTo } = baseline;
  // An hour that is to come would keep the tenant from being judged until then.
  if (judgedUpTo > Date.now() || judgedUpTo % hourInMs !== 0) {
    throw new Error('a baseline was judged up to an hour that has not been');
  }
  return baseline;
}

const itemOf = (tenantId: string, { judgedUpTo, ...baseline }: KeptBaseline, writer: string) =>
  marshall({
    ...baselineKey(tenantId),
    ...baseline,
    judgedUpTo: textOf(judgedUpTo),
    writer,
    [expiryAttribute]: Math.floor(Date.now() / 1000) + expiryInSeconds,
  });

const unchangedSince = (before: KeptBaseline | undefined) =>
  before === undefined
    ? { ConditionExpression: 'attribute_not_exists(tenantId)' }
    : {
        ConditionExpression: 'judgedUpTo = :judgedUpTo',
        ExpressionAttributeValues: { ':judgedUpTo': { S: textOf(before.judgedUpTo) } },
      };
