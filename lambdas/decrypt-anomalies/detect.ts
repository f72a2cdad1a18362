/**
 * One run: each tenant's hours that are due are counted, held against its baseline and learned. Invariant: what
 * fails for one tenant stops nobody else's turn, nothing is begun that the invocation has no time for, and what
 * was not judged is counted, and comes in a later run.
 */

import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { log } from '../observability/log.ts';
import { counting, tenths } from '../observability/metrics.ts';
import { isInvalid, pagesOfRows } from '../tenants/registry/scan.ts';
import { statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { type Baseline, beforeAnyHour, judge, mostUsual } from './baseline.ts';
import { type KeptBaselines, keptBaselines } from './baseline-store.ts';
import { type CountOptions, decryptedItems } from './decrypt-count.ts';
import { hoursDue, newestDue, textOf } from './hour.ts';

export interface VolumesOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly auditTableName: string;
  /** epoch milliseconds by which the invocation ends */
  readonly end: number;
  /** epoch milliseconds, of which the hours are; by default the system's time */
  readonly now?: number;
}

export interface Summary {
  /** all that are to be judged */
  readonly tenants: number;
  /** hours of tenants that were unusual */
  readonly unusual: number;
  /** tenants with an hour that is due and could not be judged */
  readonly failed: number;
  /** tenants with an hour that is due and that there was no time for */
  readonly unfinished: number;
  readonly durationInMs: number;
}

const tenantConcurrency = 10;
/** Time for the calls that are under way, with all their attempts, and for the summary. */
const reserveInMs = 60_000;

interface Run extends CountOptions {
  readonly baselines: KeptBaselines;
  /** the last hour that is due */
  readonly newest: number;
  readonly count: { unusual: number; failed: number; unfinished: number };
}

/** @throws what DynamoDB says where the tenants cannot be listed */
export async function judgeVolumes(options: VolumesOptions): Promise<Summary> {
  const started = performance.now();
  const { client, tableName, auditTableName, end, now = Date.now() } = options;
  const run: Run = {
    client,
    auditTableName,
    isOver: () => Date.now() > end - reserveInMs,
    baselines: keptBaselines(client, auditTableName, randomUUID()),
    newest: newestDue(now),
    count: { unusual: 0, failed: 0, unfinished: 0 },
  };
  const tenants = await tenantsToJudge(client, tableName);
  await forEachConcurrently(tenants, tenantConcurrency, (tenantId) => turn(run, tenantId));
  const durationInMs = Math.round(performance.now() - started);
  return { tenants: tenants.length, ...run.count, durationInMs };
}

/** In an order that begins at a random place, so that each is early in some run. */
async function tenantsToJudge(client: DynamoDBClient, tableName: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pagesOfRows(client, tableName)) {
    for (const row of page) {
      // Of a row that is invalid the reconciler tells; its tenant can decrypt nothing.
      if (!isInvalid(row) && isJudged(row)) found.push(row.tenantId);
    }
  }
  return found;
}

const isJudged = ({ status }: TenantRow) => statusRules[status].decryptAnomalies === 'judged';

async function turn(run: Run, tenantId: string): Promise<void> {
  try {
    if (!(await judgeHours(run, tenantId))) run.count.unfinished += 1;
  } catch (error) {
    run.count.failed += 1;
    // The name alone: what a message of a row that is not as it must be quotes is the row's.
    log('ERROR', { message: 'volume not judged', tenantId, error: (error as Error).name });
  }
}

/** @returns false where the time was over before all hours were judged */
async function judgeHours(run: Run, tenantId: string): Promise<boolean> {
  if (run.isOver()) return false;
  let kept = await run.baselines.get(tenantId);
  for (const hour of hoursDue(kept?.judgedUpTo, run.newest)) {
    const items = await decryptedItems(run, tenantId, hour);
    if (items === undefined) return false;
    const before = kept ?? beforeAnyHour;
    const { unusual, next } = judge(before, items);
    const learned = { ...next, judgedUpTo: hour };
    // Another run judges the same tenant: the rest is its.
    if (!(await run.baselines.put(tenantId, kept, learned))) return true;
    kept = learned;
    if (unusual) tell(run, tenantId, hour, items, before);
  }
  return true;
}

function tell(run: Run, tenantId: string, hour: number, items: number, before: Baseline): void {
  run.count.unusual += 1;
  log('WARN', {
    message: 'unusual volume',
    tenantId,
    hour: textOf(hour),
    items,
    expected: tenths(before.mean),
    deviation: tenths(before.deviation),
    mostUsual: tenths(mostUsual(before)),
  });
}

/** Members of the summary's line that make metrics of it: 0 is one too, by which an alarm goes back to OK. */
export const metricsOf = ({ unusual, failed, unfinished }: Summary) => ({
  UnusualDecryptVolume: unusual,
  UnjudgedVolumes: failed + unfinished,
  ...counting(['UnusualDecryptVolume', 'UnjudgedVolumes']),
});
