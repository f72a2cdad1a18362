/** One delivery of log lines: makes rows of them and writes these. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod/mini';
import type { indexerEnvironment } from '../../contract/environment.ts';
import type { Plane } from '../../contract/routes.ts';
import { type AuditRow, auditRow } from '../audit/audit-row.ts';
import { log } from '../observability/log.ts';
import { accessLine } from './access-line.ts';
import { attemptsOf } from './attempts.ts';
import { writeRows } from './batch-writer.ts';
import type { KeyOwners } from './key-owners.ts';
import { keyUsesOf, logKeyUse } from './key-uses.ts';
import { type LogBatch, type LogLine, parseLine } from './log-batch.ts';
import { type RequestOfPartition, requestOf } from './request-line.ts';
import { withRoutine } from './routine.ts';
import { type CallingFunction, type CallOfPartition, storeCallOf } from './store-call-line.ts';
import { type TrailEvent, trailEvent } from './trail-event.ts';

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
 * Also logs a line for each use of a tenant's key. Alarms count these lines, since only the indexer knows which of
 * the account's keys are tenants'. The lines are logged before the rows are written, so no alarm waits for the table.
 * @throws Error for a log group that is not indexed, and where rows are not written
 */
export async function indexBatch(batch: LogBatch, context: IndexerContext): Promise<IndexSummary> {
  const { client, environment } = context;
  const { rows, unreadable } = await rowsOf(batch, context);
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
  const { environment } = context;
  const { TRAIL_LOG_GROUP: trail, AUDIT_RETENTION_DAYS: days } = environment;
  if (lines.length === 0) return { rows: [], unreadable: 0 };
  if (logGroup === trail) {
    const events = lines.flatMap(({ message }) => parseLine(trailEvent, message) ?? []);
    return { rows: await keyRows(events, context), unreadable: lines.length - events.length };
  }
  if (logGroup === environment.ACCESS_LOG_GROUP) {
    const read = lines.flatMap((line) => accessLine(line) ?? []);
    const rows = attemptsOf(read).map(({ partition, event }) => auditRow(partition, event, days));
    return { rows, unreadable: lines.length - read.length };
  }
  const eventsOf = readerOf(logGroup, context);
  const events = lines.flatMap((line) => eventsOf(line) ?? []);
  const rows = events.map(({ partition, event }) => auditRow(partition, event, days));
  return { rows, unreadable: lines.length - rows.length };
}

async function keyRows(
  events: readonly TrailEvent[],
  context: IndexerContext,
): Promise<AuditRow[]> {
  const { environment } = context;
  const { TENANT_ROLE_ARN, AUDIT_RETENTION_DAYS: days } = environment;
  const uses = await keyUsesOf(events, context);
  for (const use of uses) logKeyUse(use, TENANT_ROLE_ARN);
  return uses.flatMap(({ tenantId, event }) =>
    tenantId === undefined ? [] : auditRow(tenantId, withRoutine(event, environment), days),
  );
}

/** @returns what reads a line of the functions' log group: a request, or a call of another key store than KMS */
function readerOf(
  logGroup: string,
  context: IndexerContext,
): (line: LogLine) => RequestOfPartition | CallOfPartition | undefined {
  const plane = planeThatLogsTo(logGroup, context);
  const caller = callerThatLogsTo(logGroup, context);
  if (plane === undefined && caller === undefined)
    throw new Error(`the log group ${logGroup} is none that is indexed`);
  return (line) =>
    (plane && requestOf(plane, line)) ?? (caller && storeCallOf(caller, line)) ?? undefined;
}

/** The functions that call key stores: each signs in by its own role, but the data plane by that of its tenants' sessions. */
function callerThatLogsTo(
  logGroup: string,
  { environment }: IndexerContext,
): CallingFunction | undefined {
  const { CRYPTO_LOG_GROUP, SESSION_BROKER_LOG_GROUP } = environment;
  const isForTenants = [CRYPTO_LOG_GROUP, SESSION_BROKER_LOG_GROUP].includes(logGroup);
  const callers: readonly (readonly [logGroup: string | undefined, role: string | undefined])[] = [
    [CRYPTO_LOG_GROUP, environment.TENANT_ROLE_ARN],
    [environment.TENANTS_LOG_GROUP, environment.CONTROL_PLANE_ROLE_ARN],
    [environment.CERTIFICATES_LOG_GROUP, environment.CERTIFICATES_ROLE_ARN],
    [environment.RECONCILER_LOG_GROUP, environment.RECONCILER_ROLE_ARN],
    [SESSION_BROKER_LOG_GROUP, environment.SESSION_BROKER_ROLE_ARN],
  ];
  const principal = callers.find(([group]) => group === logGroup)?.[1];
  return principal === undefined ? undefined : { principal, isForTenants };
}

function planeThatLogsTo(logGroup: string, { environment }: IndexerContext): Plane | undefined {
  const groups: Readonly<Record<Plane, string>> = {
    tenants: environment.TENANTS_LOG_GROUP,
    crypto: environment.CRYPTO_LOG_GROUP,
    certificates: environment.CERTIFICATES_LOG_GROUP,
    audit: environment.AUDIT_LOG_GROUP,
  };
  return (Object.keys(groups) as Plane[]).find((plane) => groups[plane] === logGroup);
}
