/**
 * One run: for each tenant it counts the hours that are due, compares them with the tenant's baseline and learns them.
 * Invariant: a failure of one tenant stops no other; nothing starts that the invocation has no time for; and an hour
 * that was not judged is counted, and judged in a later run.
 */

import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { log } from '../observability/log.ts';
import { counting, tenths } from '../observability/metrics.ts';
import { isInvalid, pagesOfRows } from '../tenants/registry/scan.ts';
import { statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { type Baseline, beforeAnyHour, judge, mostUsual } from './baseline.ts';
import { type BaselineStore, baselineStore } from './baseline-store.ts';
import { type CountOptions, decryptedItems } from './decrypt-count.ts';
import { hoursDue, hourText, newestDue } from './hour.ts';

export interface DetectOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly auditTableName: string;
  /** epoch milliseconds by which the invocation ends */
  readonly end: number;
  /** epoch milliseconds, by which hours are due; by default the system's time */
  readonly now?: number;
}

export interface DetectSummary {
  /** tenants to judge */
  readonly tenants: number;
  /** hours of tenants that were unusual */
  readonly unusual: number;
  /** tenants with an hour that is due and could not be judged */
  readonly failed: number;
  /** tenants with an hour that is due and for which there was no time */
  readonly unfinished: number;
  readonly durationInMs: number;
}

const tenantConcurrency = 10;
/** Time for the calls that are under way, with all their attempts, and for the summary. */
const reserveMs = 60_000;

interface DetectContext extends CountOptions {
  readonly baselines: BaselineStore;
  /** the last hour that is due */
  readonly newest: number;
  readonly count: { unusual: number; failed: number; unfinished: number };
}

/** @throws what DynamoDB says where the tenants cannot be listed */
export async function detectDecryptAnomalies(options: DetectOptions): Promise<DetectSummary> {
  const started = performance.now();
  const { client, tableName, auditTableName, end, now = Date.now() } = options;
  const context: DetectContext = {
    client,
    auditTableName,
    isOver: () => Date.now() > end - reserveMs,
    baselines: baselineStore(client, auditTableName, randomUUID()),
    newest: newestDue(now),
    count: { unusual: 0, failed: 0, unfinished: 0 },
  };
  const tenants = await tenantsToJudge(client, tableName);
  await forEachConcurrently(tenants, tenantConcurrency, (tenantId) =>
    judgeTenant(context, tenantId),
  );
  const durationInMs = Math.round(performance.now() - started);
  return { tenants: tenants.length, ...context.count, durationInMs };
}

/** @returns tenant ids in an order that begins at a random place, so that each tenant is early in some run */
async function tenantsToJudge(
  client: DynamoDBDocumentClient,
  tableName: string,
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pagesOfRows(client, tableName)) {
    for (const row of page) {
      // The reconciler reports an invalid row; its tenant can decrypt nothing.
      if (!isInvalid(row) && isJudged(row)) found.push(row.tenantId);
    }
  }
  return found;
}

const isJudged = ({ status }: TenantRow) => statusRules[status].decryptAnomalies === 'judged';

async function judgeTenant(context: DetectContext, tenantId: string): Promise<void> {
  try {
    if (!(await judgeHours(context, tenantId))) context.count.unfinished += 1;
  } catch (error) {
    context.count.failed += 1;
    // The name alone: the message of a row that is not as it must be may quote the row.
    log('ERROR', { message: 'volume not judged', tenantId, error: (error as Error).name });
  }
}

/** @returns false where the time was over before all hours were judged */
async function judgeHours(context: DetectContext, tenantId: string): Promise<boolean> {
  if (context.isOver()) return false;
  let stored = await context.baselines.get(tenantId);
  for (const hour of hoursDue(stored?.judgedUpTo, context.newest)) {
    const items = await decryptedItems(context, tenantId, hour);
    if (items === undefined) return false;
    const before = stored ?? beforeAnyHour;
    const { unusual, next } = judge(before, items);
    const learned = { ...next, judgedUpTo: hour };
    // Another run judges the same tenant, and goes on with the hours that are left.
    if (!(await context.baselines.put(tenantId, stored, learned))) return true;
    stored = learned;
    if (!unusual) continue;
    context.count.unusual += 1;
    logAnomaly(tenantId, hour, items, before);
  }
  return true;
}

function logAnomaly(tenantId: string, hour: number, items: number, before: Baseline): void {
  log('WARN', {
    message: 'unusual volume',
    tenantId,
    hour: hourText(hour),
    items,
    expected: tenths(before.mean),
    deviation: tenths(before.deviation),
    mostUsual: tenths(mostUsual(before)),
  });
}

/** The log members that are metrics. They are there at 0 too: that is how an alarm goes back to OK. */
export const metricsOf = ({ unusual, failed, unfinished }: DetectSummary) => ({
  UnusualDecryptVolume: unusual,
  UnjudgedVolumes: failed + unfinished,
  ...counting(['UnusualDecryptVolume', 'UnjudgedVolumes']),
});
