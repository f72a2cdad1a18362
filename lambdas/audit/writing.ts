/** Writes rows, as many at once as DynamoDB takes. Invariant: it ends only when each is written, or throws. */
import { setTimeout as after } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AuditRow } from './row.ts';

/** DynamoDB API reference, BatchWriteItem. */
export const rowsAtOnce = 25;
const sideBySide = 4;
/** Of what DynamoDB gave back, since it was asked for too much at once. */
const pausesInMs = [50, 100, 200, 400, 800, 1600, 3200];

export class RowsNotWritten extends Error {
  override readonly name = 'RowsNotWritten';
  constructor(count: number) {
    super(`DynamoDB did not take ${count} rows; they are delivered again`);
  }
}

/** @returns how many calls it took */
export async function writeRows(
  client: DynamoDBClient,
  tableName: string,
  rows: readonly AuditRow[],
): Promise<number> {
  // One batch must not name a key twice.
  const distinct = [
    ...new Map(rows.map((row) => [`${row.tenantId}/${row.eventKey}`, row])).values(),
  ];
  const batches: WriteRequest[][] = [];
  for (let at = 0; at < distinct.length; at += rowsAtOnce) {
    batches.push(distinct.slice(at, at + rowsAtOnce).map(putOf));
  }
  let calls = 0;
  const queue = batches.values();
  const worker = async () => {
    for (const batch of queue) {
      const made = await writeBatch(client, tableName, batch);
      calls += made;
    }
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, batches.length) }, worker));
  return calls;
}

const putOf = (row: AuditRow): WriteRequest => ({
  PutRequest: { Item: marshall(row, { removeUndefinedValues: true }) },
});

async function writeBatch(
  client: DynamoDBClient,
  tableName: string,
  batch: readonly WriteRequest[],
): Promise<number> {
  let left = [...batch];
  for (let calls = 1; ; calls += 1) {
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName]: left } }),
    );
    left = UnprocessedItems[tableName] ?? [];
    if (left.length === 0) return calls;
    const pause = pausesInMs[calls - 1];
    if (pause === undefined) throw new RowsNotWritten(left.length);
    await after(pause * (0.5 + Math.random() / 2));
  }
}
