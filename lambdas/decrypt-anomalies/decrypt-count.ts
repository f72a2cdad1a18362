/**
 * How many items a tenant has decrypted in an hour, by the audit table's rows of its requests. A data key that was
 * given out is one item, whatever is decrypted with it where nobody here sees it.
 */

import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { RequestEvent } from '../../contract/audit.ts';
import { routes } from '../../contract/routes.ts';
import { hourInMs, textOf } from './hour.ts';

const decrypting = routes.filter(({ gives }) => gives === 'plaintext');

export interface CountOptions {
  readonly client: DynamoDBClient;
  readonly auditTableName: string;
  /** whether there is no time for another page */
  readonly isOver: () => boolean;
}

/**
 * @param hour epoch milliseconds at which it begins
 * @returns undefined where the time was over before all rows were read
 * @throws Error for a row whose number of items is none
 */
export async function decryptedItems(
  { client, auditTableName, isOver }: CountOptions,
  tenantId: string,
  hour: number,
): Promise<number | undefined> {
  const input = query(auditTableName, tenantId, hour);
  let items = 0;
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    if (isOver()) return undefined;
    const page = await client.send(new QueryCommand({ ...input, ExclusiveStartKey }));
    for (const row of page.Items ?? []) items += itemsOf(row);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

/** By aliases, since some names are words of DynamoDB's own. */
const names = {
  '#kind': 'kind',
  '#operation': 'operation',
  '#outcome': 'outcome',
  '#items': 'items',
  '#failedItems': 'failedItems',
} as const satisfies Readonly<Record<string, keyof RequestEvent>>;

const operations = Object.fromEntries(
  decrypting.map(({ operation }, index) => [`:operation${index}`, { S: operation }]),
);

const query = (TableName: string, tenantId: string, hour: number): QueryCommandInput => ({
  TableName,
  // A key is longer than a time alone, and so after it: the first moment of the next hour is not in the range.
  KeyConditionExpression: 'tenantId = :tenantId AND eventKey BETWEEN :from AND :to',
  FilterExpression: `#kind = :kind AND #outcome = :outcome AND #operation IN (${Object.keys(operations)})`,
  ProjectionExpression: '#items, #failedItems',
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: {
    ':tenantId': { S: tenantId },
    ':from': { S: textOf(hour) },
    ':to': { S: textOf(hour + hourInMs) },
    ':kind': { S: 'request' },
    ':outcome': { S: 'succeeded' },
    ...operations,
  },
});

/** A batch has as many as it has, but for those that were answered with an error; any other request has one. */
function itemsOf({ items, failedItems }: Record<string, AttributeValue>): number {
  const decrypted = wholeNumber(items, 1) - wholeNumber(failedItems, 0);
  if (decrypted < 0) throw new Error('a row of the audit table has more failed items than items');
  return decrypted;
}

/** Whatever else it is, a number that is not added up right would hide what it counts. */
function wholeNumber(value: AttributeValue | undefined, absent: number): number {
  if (value === undefined) return absent;
  const number = Number(value.N);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new Error('a row of the audit table has a number of items that is none');
  }
  return number;
}
