/**
 * Writes rows, as many in one call as DynamoDB takes. Invariant: it returns only when each row is written or is known
 * to be one that DynamoDB never takes; else it throws.
 */

import { setTimeout as after } from 'node:timers/promises';
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import type { AuditRow } from '../audit/audit-row.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { isNamed } from '../aws/errors.ts';

/** DynamoDB API reference, BatchWriteItem. */
export const maxBatchRows = 25;
const batchConcurrency = 4;
/** Before another attempt at the rows that DynamoDB gave back, since it had no capacity for them. */
const pausesMs = [50, 100, 200, 400, 800, 1600, 3200];

export class RowsNotWritten extends Error {
  override readonly name = 'RowsNotWritten';
  constructor(count: number) {
    super(`DynamoDB did not take ${count} rows; they are delivered again`);
  }
}

export interface WrittenRows {
  /** of DynamoDB */
  readonly calls: number;
  /** rows that DynamoDB never takes */
  readonly refused: readonly AuditRow[];
}

interface BatchWriter {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  calls: number;
  readonly refused: AuditRow[];
}

/** @throws RowsNotWritten, and what DynamoDB says of a call that may succeed another time */
export async function writeRows(
  client: DynamoDBDocumentClient,
  tableName: string,
  rows: readonly AuditRow[],
): Promise<WrittenRows> {
  // DynamoDB takes no batch that names a key twice.
  const distinct = [
    ...new Map(rows.map((row) => [`${row.tenantId}/${row.eventKey}`, row])).values(),
  ];
  const batches: AuditRow[][] = [];
  for (let at = 0; at < distinct.length; at += maxBatchRows) {
    batches.push(distinct.slice(at, at + maxBatchRows));
  }
  const writer: BatchWriter = { client, tableName, calls: 0, refused: [] };
  await forEachConcurrently(batches, batchConcurrency, (batch) => writeOrRefuse(writer, batch));
  return writer;
}

/** Where DynamoDB finds a batch invalid, writes its rows one by one: an invalid row keeps no other from the table. */
async function writeOrRefuse(writer: BatchWriter, rows: readonly AuditRow[]): Promise<void> {
  try {
    await writeBatch(writer, rows);
  } catch (error) {
    if (!isNamed(error, 'ValidationException')) throw error;
    if (rows.length === 1) writer.refused.push(...rows);
    else for (const row of rows) await writeOrRefuse(writer, [row]);
  }
}

type WriteRequests = NonNullable<BatchWriteCommandInput['RequestItems']>[string];

async function writeBatch(writer: BatchWriter, rows: readonly AuditRow[]): Promise<void> {
  const { client, tableName } = writer;
  let left: WriteRequests = rows.map((row) => ({ PutRequest: { Item: row } }));
  for (const pauseMs of [...pausesMs, undefined]) {
    writer.calls += 1;
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteCommand({ RequestItems: { [tableName]: left } }),
    );
    left = UnprocessedItems[tableName] ?? [];
    if (left.length === 0) return;
    if (pauseMs === undefined) throw new RowsNotWritten(left.length);
    await after(pauseMs * (0.5 + Math.random() / 2));
  }
}
