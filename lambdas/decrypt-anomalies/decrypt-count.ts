/**
 * How many items a tenant has decrypted in an hour, by the rows of its requests in the audit table. A data key that was
 * given out counts as one item: what the caller decrypts with it is not seen here.
 */

import {
  type DynamoDBDocumentClient,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { RequestEvent } from '../../contract/audit.ts';
import { routes } from '../../contract/routes.ts';
import { eventsBetween } from '../../contract/table-schema.ts';
import { hourMs, hourText } from './hour.ts';

const decrypting = routes.filter(({ gives }) => gives === 'plaintext');

export interface CountOptions {
  readonly client: DynamoDBDocumentClient;
  readonly auditTableName: string;
  /** whether there is no time for another page */
  readonly isOver: () => boolean;
}

/**
 * @param hour epoch milliseconds at which it begins
 * @returns undefined where the time was over before all rows were read
 * @throws Error for a row whose number of items is not a whole number
 */
export async function decryptedItems(
  { client, auditTableName, isOver }: CountOptions,
  tenantId: string,
  hour: number,
): Promise<number | undefined> {
  if (isOver()) return undefined;
  let items = 0;
  for await (const page of paginateQuery({ client }, query(auditTableName, tenantId, hour))) {
    for (const row of page.Items ?? []) items += itemsOf(row);
    if (page.LastEvaluatedKey !== undefined && isOver()) return undefined;
  }
  return items;
}

/** By aliases, since some of the names are reserved words of DynamoDB. */
const names = {
  '#kind': 'kind',
  '#operation': 'operation',
  '#outcome': 'outcome',
  '#items': 'items',
  '#failedItems': 'failedItems',
} as const satisfies Readonly<Record<string, keyof RequestEvent>>;

const operations = Object.fromEntries(
  decrypting.map(({ operation }, index) => [`:operation${index}`, operation]),
);

const query = (TableName: string, tenantId: string, hour: number): QueryCommandInput => ({
  TableName,
  KeyConditionExpression: eventsBetween,
  FilterExpression: `#kind = :kind AND #outcome = :outcome AND #operation IN (${Object.keys(operations)})`,
  ProjectionExpression: '#items, #failedItems',
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: {
    ':tenantId': tenantId,
    ':from': hourText(hour),
    ':to': hourText(hour + hourMs),
    ':kind': 'request',
    ':outcome': 'succeeded',
    ...operations,
  },
});

/** A batch counts its items without those that failed; any other request counts as one. */
function itemsOf({ items, failedItems }: Readonly<Record<string, unknown>>): number {
  const decrypted = wholeNumber(items, 1) - wholeNumber(failedItems, 0);
  if (decrypted < 0) throw new Error('a row of the audit table has more failed items than items');
  return decrypted;
}

/** Anything else must not pass: a number that is added up wrongly would hide what it counts. */
function wholeNumber(value: unknown, absent: number): number {
  if (value === undefined) return absent;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Error('a row of the audit table has a number of items that is none');
  }
  return value;
}
