/** One delivery of log lines, made into rows and written. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type * as z from 'zod/mini';
import type { indexerEnvironment } from '../../contract/environment.ts';
import { productTag, tenantId, tenantIdTag } from '../../contract/tenant-id.ts';
import { type AuditRow, auditRow } from '../audit/audit-row.ts';
import { log } from '../observability/log.ts';
import { writeRows } from './batch-writer.ts';
import type { KeyOwners } from './key-owners.ts';
import { type LogBatch, lineOf } from './log-batch.ts';
import { requestEventOf, requestLine } from './request-line.ts';
import {
  createdWithTag,
  keyEventOf,
  keysOf,
  principalOf,
  type TrailEvent,
  trailEvent,
} from './trail-event.ts';

export interface Indexing {
  readonly table: DynamoDBClient;
  readonly owners: KeyOwners;
  readonly environment: z.output<typeof indexerEnvironment>;
}

export interface Summary {
  readonly IndexedLines: number;
  /** a call for several tenants' keys is a row for each; one for nobody's is none */
  readonly IndexedRows: number;
  readonly UnreadableLines: number;
  readonly TableCalls: number;
}

/**
 * Logs a line for each call of KMS that got a row: alarms are on these, since only here it is known which of the
 * account's keys are tenants'. It does so first: an alarm does not wait for the table.
 * @throws Error for lines of a log group that is none of ours, and where rows are not written
 */
export async function indexed(batch: LogBatch, indexing: Indexing): Promise<Summary> {
  const { rows, unreadable } = await rowsOf(batch, indexing);
  for (const row of rows) tell(row, indexing.environment.TENANT_ROLE_ARN);
  const { calls, refused } = await writeRows(
    indexing.table,
    indexing.environment.AUDIT_TABLE_NAME,
    rows,
  );
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

async function rowsOf({ logGroup, lines }: LogBatch, indexing: Indexing): Promise<Rows> {
  const { TRAIL_LOG_GROUP: trail, REQUEST_LOG_GROUP: requests } = indexing.environment;
  if (lines.length === 0) return { rows: [], unreadable: 0 };
  if (logGroup === trail) {
    const events = lines.flatMap((line) => lineOf(trailEvent, line) ?? []);
    return { rows: await keyRows(events, indexing), unreadable: lines.length - events.length };
  }
  if (logGroup === requests) {
    const read = lines.flatMap((line) => lineOf(requestLine, line) ?? []);
    const days = indexing.environment.AUDIT_RETENTION_DAYS;
    const rows = read.map((line) => auditRow(line.tenantId, requestEventOf(line), days));
    return { rows, unreadable: lines.length - read.length };
  }
  throw new Error(`the log group ${logGroup} is none that is indexed`);
}

async function keyRows(events: readonly TrailEvent[], indexing: Indexing): Promise<AuditRow[]> {
  const { owners, environment } = indexing;
  const calls = events.map((event) => ({ event, keys: keysOf(event) }));
  for (const { event, keys } of calls) learnNewKey(event, keys, indexing);
  const found = await owners.find(calls.flatMap(({ keys }) => keys));
  return calls.flatMap(({ event, keys }) => {
    // One row a tenant, where a call was about several keys.
    const byTenant = new Map(
      keys.filter((arn) => found.has(arn)).map((arn) => [found.get(arn) as string, arn]),
    );
    return [...byTenant].map(([id, arn]) =>
      auditRow(id, keyEventOf(event, arn), environment.AUDIT_RETENTION_DAYS),
    );
  });
}

/** The row of a tenant names its key only after KMS has made it. */
function learnNewKey(
  event: TrailEvent,
  [arn]: readonly string[],
  { owners, environment }: Indexing,
): void {
  if (principalOf(event) !== environment.CONTROL_PLANE_ROLE_ARN) return;
  if (createdWithTag(event, productTag.key) !== productTag.value) return;
  const owner = tenantId.safeParse(createdWithTag(event, tenantIdTag)).data;
  if (owner !== undefined && arn !== undefined) owners.learn(arn, owner);
}

/** `neighbour`: a tenant's session, at another tenant's key. Patterns of CloudWatch Logs compare no two members. */
function tell(
  { tenantId: id, time, operation, outcome, errorCode, ...row }: AuditRow,
  tenantRoleArn: string,
): void {
  if (row.kind !== 'kms') return;
  const { principal, session, keyArn, eventId } = row;
  log('INFO', {
    message: 'key event',
    tenantId: id,
    time,
    operation,
    outcome,
    errorCode,
    principal,
    session,
    ...(principal === tenantRoleArn && session !== id && { neighbour: true }),
    keyArn,
    eventId,
  });
}
