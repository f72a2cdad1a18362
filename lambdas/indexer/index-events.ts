/** One delivery of log lines: makes rows of them and writes these. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod/mini';
import type { indexerEnvironment } from '../../contract/environment.ts';
import { productTag, tenantId, tenantIdTag } from '../../contract/tenant-id.ts';
import { type AuditRow, auditRow } from '../audit/audit-row.ts';
import { log } from '../observability/log.ts';
import { writeRows } from './batch-writer.ts';
import type { KeyOwners } from './key-owners.ts';
import { type LogBatch, type LogLine, parseLine } from './log-batch.ts';
import { requestEventOf, requestLine } from './request-line.ts';
import {
  createdWithTag,
  keyEventOf,
  keysOf,
  principalOf,
  type TrailEvent,
  trailEvent,
} from './trail-event.ts';

export interface IndexerContext {
  readonly client: DynamoDBDocumentClient;
  readonly owners: KeyOwners;
  readonly environment: z.output<typeof indexerEnvironment>;
}

export interface IndexSummary {
  readonly IndexedLines: number;
  /** a call that uses several tenants' keys makes a row for each tenant; one that uses no tenant's key makes none */
  readonly IndexedRows: number;
  readonly UnreadableLines: number;
  readonly TableCalls: number;
}

/**
 * Also logs a line for each KMS call that makes a row. Alarms count these lines, since only the indexer knows which of
 * the account's keys are tenants'. The lines are logged before the rows are written, so no alarm waits for the table.
 * @throws Error for a log group that is not indexed, and where rows are not written
 */
export async function indexBatch(batch: LogBatch, context: IndexerContext): Promise<IndexSummary> {
  const { client, environment } = context;
  const { rows, unreadable } = await rowsOf(batch, context);
  for (const row of rows) logKeyEvent(row, environment.TENANT_ROLE_ARN);
  const { calls, refused } = await writeRows(client, environment.AUDIT_TABLE_NAME, rows);
  for (const { eventId } of refused) log('ERROR', { message: 'event not written', eventId });
  return {
    IndexedLines: batch.lines.length,
    IndexedRows: rows.length - refused.length,
    UnreadableLines: unreadable + refused.length,
    TableCalls: calls,
  };
}

interface Rows {
  readonly rows: readonly AuditRow[];
  readonly unreadable: number;
}

async function rowsOf({ logGroup, lines }: LogBatch, context: IndexerContext): Promise<Rows> {
  const { TRAIL_LOG_GROUP: trail, REQUEST_LOG_GROUP: requests } = context.environment;
  if (lines.length === 0) return { rows: [], unreadable: 0 };
  if (logGroup === trail) {
    const events = lines.flatMap(({ message }) => parseLine(trailEvent, message) ?? []);
    return { rows: await keyRows(events, context), unreadable: lines.length - events.length };
  }
  if (logGroup === requests) {
    const rows = lines.flatMap((line) => requestRows(line, context));
    return { rows, unreadable: lines.length - rows.length };
  }
  throw new Error(`the log group ${logGroup} is none that is indexed`);
}

/** @returns no row where the line is none of a request */
function requestRows({ id, message }: LogLine, { environment }: IndexerContext): AuditRow[] {
  const line = parseLine(requestLine, message);
  if (line === undefined) return [];
  return [auditRow(line.tenantId, requestEventOf(line, id), environment.AUDIT_RETENTION_DAYS)];
}

async function keyRows(
  events: readonly TrailEvent[],
  context: IndexerContext,
): Promise<AuditRow[]> {
  const { owners, environment } = context;
  const calls = events.map((event) => ({ event, keys: keysOf(event) }));
  for (const { event, keys } of calls) learnNewKey(event, keys, context);
  const found = await owners.find(calls.flatMap(({ keys }) => keys));
  return calls.flatMap(({ event, keys }) => {
    // One row for each tenant, where a call used several keys.
    const byTenant = new Map(
      keys.filter((arn) => found.has(arn)).map((arn) => [found.get(arn) as string, arn]),
    );
    return [...byTenant].map(([id, arn]) =>
      auditRow(id, keyEventOf(event, arn), environment.AUDIT_RETENTION_DAYS),
    );
  });
}

/** The registry names a key only after KMS has created it, so for a new key CreateKey itself names the owner. */
function learnNewKey(
  event: TrailEvent,
  [arn]: readonly string[],
  { owners, environment }: IndexerContext,
): void {
  if (principalOf(event) !== environment.CONTROL_PLANE_ROLE_ARN) return;
  if (createdWithTag(event, productTag.key) !== productTag.value) return;
  const owner = tenantId.safeParse(createdWithTag(event, tenantIdTag)).data;
  if (owner !== undefined && arn !== undefined) owners.learn(arn, owner);
}

/**
 * `neighbour` says that a tenant's session tried another tenant's key. It is worked out here, since a filter pattern of
 * CloudWatch Logs cannot compare two members.
 */
function logKeyEvent(row: AuditRow, tenantRoleArn: string): void {
  if (row.kind !== 'kms') return;
  const { principal, session } = row;
  log('INFO', {
    message: 'key event',
    tenantId: row.tenantId,
    time: row.time,
    operation: row.operation,
    outcome: row.outcome,
    errorCode: row.errorCode,
    principal,
    session,
    ...(principal === tenantRoleArn && session !== row.tenantId && { neighbour: true }),
    keyArn: row.keyArn,
    eventId: row.eventId,
  });
}
