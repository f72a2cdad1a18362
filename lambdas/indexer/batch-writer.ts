/** Writes rows, as many at once as DynamoDB takes. Invariant: it ends only when
 * each is written, or is known never to be, or it throws. */

import { setTimeout as after } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { AuditRow } from '../audit/audit-row.ts';
import { itemOf } from '../audit/audit-row.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { isNamed } from '../aws/errors.ts';

/** DynamoDB API reference, BatchWriteItem. */
export const rowsAtOnce = 25;
const batchConcurrency = 4;
/** Of what DynamoDB gave back, since it was asked for too much at once. */
const pausesInMs = [50, 100, 200, 400, 800, 1600, 3200];

export class RowsNotWritten extends Error {
  override readonly name = 'RowsNotWritten';
  constructor(count: number) {
    super(`DynamoDB did not take ${count} rows; they are delivered again`);
  }
}

export interface Written {
  /** of DynamoDB */
  readonly calls: number;
  /** rows that DynamoDB will never take */
  readonly refused: readonly AuditRow[];
}

interface Writing {
  calls: number;
  readonly refused: AuditRow[];
}

/** @throws RowsNotWritten, and what DynamoDB says of a call that may succeed another time */
export async function writeRows(
  client: DynamoDBClient,
  tableName: string,
  rows: readonly AuditRow[],
): Promise<Written> {
  // One batch must not name a key twice.
  const distinct = [
    ...new Map(rows.map((row) => [`${row.tenantId}/${row.eventKey}`, row])).values(),
  ];
  const batches: AuditRow[][] = [];
  for (let at = 0; at < distinct.length; at += rowsAtOnce) {
    batches.push(distinct.slice(at, at + rowsAtOnce));
  }
  const written: Writing = { calls: 0, refused: [] };
  await forEachConcurrently(batches, batchConcurrency, (batch) =>
    writeWhatCanBe(client, tableName, batch, written),
  );
  return written;
}

/** A row that can never be written takes none of the others with it. */
async function writeWhatCanBe(
  client: DynamoDBClient,
  tableName: string,
  rows: readonly AuditRow[],
  written: Writing,
): Promise<void> {
  try {
    await writeBatch(client, tableName, rows, written);
  } catch (error) {
    if (!isNamed(error, 'ValidationException')) throw error;
    if (rows.length === 1) written.refused.push(...rows);
    else for (const row of rows) await writeWhatCanBe(client, tableName, [row], written);
  }
}

async function writeBatch(
  client: DynamoDBClient,
  tableName: string,
  rows: readonly AuditRow[],
  written: Writing,
): Promise<void> {
  let left: WriteRequest[] = rows.map((row) => ({ PutRequest: { Item: itemOf(row) } }));
  for (const pause of [...pausesInMs, undefined]) {
    written.calls += 1;
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName]: left } }),
    );
    left = UnprocessedItems[tableName] ?? [];
    if (left.length === 0) return;
    if (pause === undefined) throw new RowsNotWritten(left.length);
    await after(pause * (0.5 + Math.random() / 2));
  }
}
