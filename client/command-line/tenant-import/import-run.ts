/**
 * Onboards the tenants of a list, several at a time. Invariant: nothing is kept of a run. The API says of each tenant
 * whether it is there, so that the same list, run again, goes on with what is not done.
 */
import type { AdaptiveRateLimit } from './adaptive-rate-limit.ts';
import type { Clock } from './clock.ts';
import type { PutTenant } from './put-tenant.ts';
import type { Outcome, Summary } from './summary.ts';
import type { TenantLine } from './tenant-list.ts';

export interface ImportOptions {
  readonly rows: AsyncIterable<TenantLine>;
  /** how many there are */
  readonly count: number;
  readonly put: PutTenant;
  readonly rateLimit: AdaptiveRateLimit;
  readonly clock: Clock;
  /** requests under way at once, at most */
  readonly inFlight: number;
  /** ends the run */
  readonly stop: AbortController;
  /** called for each finished row */
  readonly onRow: (row: FinishedRow) => void;
}

export interface FinishedRow {
  readonly tenant: TenantLine;
  /** of a failure */
  readonly error: unknown;
  /** so far */
  readonly summary: Summary;
}

export interface ImportRun {
  readonly summary: Summary;
  /** why the run ended before the list did */
  readonly endedBy: unknown;
}

interface End {
  readonly outcome: Outcome;
  readonly error?: unknown;
  /** not the row's fault */
  readonly isOutage?: boolean;
}

const tries = 8;
const longestPauseMs = 30_000;
/** So many are not the rows' fault: the API is down, or somebody else uses up the quota. */
const outagesInARow = 10;

export async function importAll(options: ImportOptions): Promise<ImportRun> {
  const { rows, stop, onRow } = options;
  const summary = { created: 0, existing: 0, failed: 0, left: options.count };
  let inARow = 0;
  let endedBy: unknown;
  const giveUp = (error: unknown) => {
    endedBy ??= error;
    stop.abort(error);
  };

  async function worker(): Promise<void> {
    for await (const tenant of rows) {
      if (stop.signal.aborted) return;
      const { outcome, error, isOutage = false } = await importOne(options, tenant);
      if (outcome === 'left') return;
      summary.left -= 1;
      summary[outcome] += 1;
      onRow({ tenant, error, summary });
      inARow = isOutage ? inARow + 1 : 0;
      if (inARow === outagesInARow) return giveUp(error);
    }
  }

  await Promise.all(Array.from({ length: options.inFlight }, () => worker().catch(giveUp)));
  return { summary, endedBy };
}

/** @throws what ends the run */
async function importOne(options: ImportOptions, tenant: TenantLine): Promise<End> {
  const { put, clock, rateLimit, stop } = options;
  const { signal } = stop;
  for (let attempt = 1; ; attempt += 1) {
    const sentAt = await rateLimit.turn();
    if (signal.aborted) return { outcome: 'left' };
    const result = await put(tenant, { signal });
    if (result.kind === 'existing') rateLimit.madeNothing(sentAt);
    if (result.kind === 'created') rateLimit.succeeded();
    if (result.kind === 'failed') return { outcome: 'failed', error: result.error };
    if (result.kind !== 'again') return { outcome: result.kind };
    const pauseMs = result.retryAfterMs + Math.random() * backoffMs(attempt);
    if (result.isThrottled) rateLimit.slowDown(sentAt, pauseMs);
    if (attempt === tries) return { outcome: 'failed', error: result.error, isOutage: true };
    await clock.sleep(pauseMs, signal);
  }
}

const backoffMs = (attempt: number) => Math.min(longestPauseMs, 500 * 2 ** attempt);
