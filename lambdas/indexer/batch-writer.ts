/**
 * Adds rows, as many in one call as DynamoDB takes. Invariant: a row that is there is never replaced, which its role
 * could not do either; and it returns only when each row is in the table or is known to be one that DynamoDB never
 * takes, else it throws.
 */

import { setTimeout as after } from 'node:timers/promises';
import type { BatchStatementResponse } from '@aws-sdk/client-dynamodb';
import { BatchExecuteStatementCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditRow } from '../audit/audit-row.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { isNamed } from '../aws/errors.ts';

/** DynamoDB API reference, BatchExecuteStatement. */
export const maxBatchRows = 25;
const batchConcurrency = 4;
/** Before another attempt at the rows for which DynamoDB had no capacity. */
const pausesMs = [50, 100, 200, 400, 800, 1600, 3200];

/** What DynamoDB says of one statement of a batch (API reference, BatchStatementError). */
const takenLater = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);
const neverTaken = new Set(['ItemCollectionSizeLimitExceeded', 'ValidationError']);
/** A duplicate is a line that was delivered before. */
const known = new Set(['none', 'DuplicateItem', ...takenLater, ...neverTaken]);

export class RowsNotWritten extends Error {
  override readonly name = 'RowsNotWritten';
  constructor(count: number, code: string) {
    super(`DynamoDB did not take ${count} rows (${code}); they are delivered again`);
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

async function writeBatch(writer: BatchWriter, rows: readonly AuditRow[]): Promise<void> {
  let left = rows;
  for (const pauseMs of [...pausesMs, undefined]) {
    left = await attempt(writer, left);
    if (left.length === 0) return;
    if (pauseMs === undefined) throw new RowsNotWritten(left.length, 'no capacity');
    await after(pauseMs * (0.5 + Math.random() / 2));
  }
}

/** @returns the rows for which DynamoDB had no capacity */
async function attempt(writer: BatchWriter, rows: readonly AuditRow[]): Promise<AuditRow[]> {
  const { client, tableName } = writer;
  writer.calls += 1;
  const { Responses = [] } = await client.send(
    new BatchExecuteStatementCommand({ Statements: rows.map((row) => insertOf(tableName, row)) }),
  );
  const codes = rows.map((_, at) => codeOf(Responses[at]));
  const unknown = codes.find((code) => !known.has(code));
  if (unknown !== undefined) throw new RowsNotWritten(rows.length, unknown);
  writer.refused.push(...rows.filter((_, at) => neverTaken.has(codes[at] as string)));
  return rows.filter((_, at) => takenLater.has(codes[at] as string));
}

/** Names and values apart, so that no value can change the statement. */
function insertOf(tableName: string, row: AuditRow) {
  const members = Object.keys(row).map((name) => `'${name}':?`);
  return {
    Statement: `INSERT INTO "${tableName}" VALUE {${members.join(',')}}`,
    Parameters: Object.values(row),
  };
}

/** A 200 does not mean that a statement succeeded. */
const codeOf = (response: BatchStatementResponse | undefined) =>
  response === undefined ? 'no answer' : (response.Error?.Code ?? 'none');
