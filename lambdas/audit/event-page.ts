/**
 * A page of the rows of one or several sorted lists, as of one list. Invariant: every row of the range that the filter
 * lets through comes exactly once, in order, over all pages; and the work for one page is bounded, so that a page may
 * end with few rows, or none, and be followed by another.
 */
import {
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';

/** Rows with the same partition key are a list. */
export interface RowLists {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly indexName?: string;
  readonly partitionKey: string;
  /** its values */
  readonly partitions: readonly string[];
  /** no two rows of all lists have the same value of it */
  readonly sortKey: string;
}

export interface PageWanted {
  /** of sort keys; both are in the range */
  readonly from: string;
  readonly to: string;
  readonly order: 'oldest' | 'newest';
  readonly limit: number;
  /** as DynamoDB takes it, names and values apart */
  readonly filter: Pick<
    QueryCommandInput,
    'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >;
}

export type Row = Readonly<Record<string, unknown>>;

export interface RowPage {
  readonly rows: readonly Row[];
  /** the sort key after which the next page begins; undefined at the end */
  readonly readTo?: string;
}

/** Of each list, for one page. */
export const mostReads = 10;
/** DynamoDB looks at them, and ends a read earlier at 1 MB. */
const rowsOfRead = 1000;
/** JSON of rows. With what one more read may bring, the answer stays well below Lambda's 6 MB. */
const enoughBytes = 1_000_000;

interface List {
  readonly partition: string;
  /** that were read and are not in the page yet, in order */
  rows: Row[];
  /** of DynamoDB: the last row that was looked at; undefined at the end of the list */
  lastRead?: Row | undefined;
  isOver: boolean;
}

/** @throws what DynamoDB says */
export async function pageOf(lists: RowLists, wanted: PageWanted): Promise<RowPage> {
  const { limit } = wanted;
  const all = lists.partitions.map((partition): List => ({ partition, rows: [], isOver: false }));
  const keyOf = (row: Row) => row[lists.sortKey] as string;
  const { isAfter, byKey } = ordering(wanted, keyOf);
  const page: Row[] = [];
  for (let reads = 1; ; reads += 1) {
    const rows = reads === 1 ? firstRead(limit, all.length) : rowsOfRead;
    const empty = all.filter((list) => !list.isOver && list.rows.length === 0);
    await Promise.all(empty.map((list) => read(lists, wanted, list, rows)));
    const unfinished = all.flatMap(({ lastRead }): Row[] =>
      lastRead === undefined ? [] : [lastRead],
    );
    // Whatever is after it may have a row before it in a list that was not read so far.
    const readTo = unfinished.sort(byKey).map(keyOf)[0];
    page.push(...all.flatMap((list) => takeUpTo(list, readTo)).sort(byKey));
    if (page.length > limit) return upTo(limit);
    if (readTo === undefined) return { rows: page };
    const isEnough = page.length === limit || JSON.stringify(page).length > enoughBytes;
    if (isEnough || reads === mostReads) return { rows: page, readTo };
  }

  function upTo(count: number): RowPage {
    const rows = page.slice(0, count);
    return { rows, readTo: keyOf(rows.at(-1) as Row) };
  }

  function takeUpTo(list: List, readTo: string | undefined): Row[] {
    const at = list.rows.findIndex((row) => readTo !== undefined && isAfter(keyOf(row), readTo));
    return list.rows.splice(0, at < 0 ? list.rows.length : at);
  }
}

/** Of several lists more than their share: some have more of the first rows than others, and then none is read again. */
const firstRead = (limit: number, lists: number): number =>
  lists === 1 ? limit : Math.ceil((2 * limit) / lists) + 10;

function ordering({ order }: PageWanted, keyOf: (row: Row) => string) {
  const isAfter = (one: string, other: string) => (order === 'oldest' ? one > other : one < other);
  const byKey = (one: Row, other: Row) => (isAfter(keyOf(one), keyOf(other)) ? 1 : -1);
  return { isAfter, byKey };
}

async function read(
  { client, tableName, indexName, partitionKey, sortKey }: RowLists,
  { from, to, order, filter }: PageWanted,
  list: List,
  rows: number,
): Promise<void> {
  const { ExpressionAttributeNames, ExpressionAttributeValues, ...rest } = filter;
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tableName,
      ...(indexName !== undefined && { IndexName: indexName }),
      ...rest,
      KeyConditionExpression: '#partitionKey = :partition AND #sortKey BETWEEN :from AND :to',
      ExpressionAttributeNames: {
        ...ExpressionAttributeNames,
        '#partitionKey': partitionKey,
        '#sortKey': sortKey,
      },
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ':partition': list.partition,
        ':from': from,
        ':to': to,
      },
      ScanIndexForward: order === 'oldest',
      Limit: rows,
      ...(list.lastRead && { ExclusiveStartKey: list.lastRead }),
    }),
  );
  list.rows.push(...Items);
  list.lastRead = LastEvaluatedKey;
  list.isOver = LastEvaluatedKey === undefined;
}
