/**
 * Onboards the tenants of a list, several at a time. Invariant: however the run ends, it waits for the requests under
 * way, and what they did is in the journal.
 */
import type { AdaptiveRateLimit } from './adaptive-rate-limit.ts';
import type { Clock } from './clock.ts';
import type { Journal } from './journal.ts';
import { emptySummary, type RowOutcome, type Summary } from './summary.ts';
import type { TenantLine } from './tenant-list.ts';
import type { PutResult, TenantsApi } from './tenants-api.ts';
import { TokenError } from './token-source.ts';

export interface OnboardAllOptions {
  readonly tenants: readonly TenantLine[];
  readonly journal: Journal;
  readonly api: TenantsApi;
  readonly rateLimit: AdaptiveRateLimit;
  readonly clock: Clock;
  /** requests under way at once, at most */
  readonly inFlight: number;
  /** ends the run: waits end at once, requests under way do not */
  readonly stop: AbortController;
  /** called for each finished row */
  readonly onRow: (row: FinishedRow) => void;
}

export interface FinishedRow {
  readonly tenant: TenantLine;
  readonly outcome: RowOutcome;
  /** of a failure */
  readonly reason: string | undefined;
  /** so far */
  readonly summary: Summary;
}

export interface OnboardingRun {
  readonly summary: Summary;
  /** why the run ended before the list did, without being stopped */
  readonly hopeless: string | undefined;
}

interface End {
  readonly outcome: RowOutcome;
  readonly reason?: string;
}

const tries = 8;
const longestPauseMs = 30_000;
/** So many are not the rows' fault: the API is down, or somebody else uses up the quota. */
const failuresInARow = 10;

export async function onboardAll(options: OnboardAllOptions): Promise<OnboardingRun> {
  const { tenants, journal, stop } = options;
  const summary = emptySummary();
  const waiting = tenants.filter((tenant) => !journal.isDone(tenant));
  summary.before = tenants.length - waiting.length;
  summary.unsent = waiting.length;
  const rows = waiting.values();
  let inARow = 0;
  let hopeless: string | undefined;
  const giveUp = (reason: string) => {
    hopeless ??= reason;
    stop.abort();
  };

  async function worker(): Promise<void> {
    for (const tenant of rows) {
      if (stop.signal.aborted) return;
      const { outcome, reason } = await onboardOne(options, tenant, giveUp);
      if (outcome === 'unsent') return;
      summary.unsent -= 1;
      summary[outcome] += 1;
      options.onRow({ tenant, outcome, reason, summary });
      inARow = outcome === 'failed' ? inARow + 1 : 0;
      if (inARow === failuresInARow) giveUp(`${inARow} tenants failed one after the other`);
    }
  }

  await Promise.all(Array.from({ length: options.inFlight }, worker));
  return { summary, hopeless };
}

async function onboardOne(
  options: OnboardAllOptions,
  tenant: TenantLine,
  giveUp: (reason: string) => void,
): Promise<End> {
  const { api, clock, journal, rateLimit, stop } = options;
  for (let attempt = 1; ; attempt += 1) {
    const sentAt = await rateLimit.turn();
    if (stop.signal.aborted) return { outcome: 'unsent' };
    try {
      const result = await api.put(tenant);
      if (result.kind === 'created' || result.kind === 'existing') {
        rateLimit.succeeded();
        journal.add(tenant);
      }
      if (result.kind === 'hopeless') giveUp(result.reason);
      if (result.kind !== 'again') return endOf(result);
      const pauseMs = result.retryAfterMs + Math.random() * backoffMs(attempt);
      if (result.throttled) rateLimit.slowDown(sentAt, pauseMs);
      if (attempt === tries) return { outcome: 'failed', reason: result.reason };
      await clock.sleep(pauseMs, stop.signal);
    } catch (error) {
      giveUp(reasonOf(error));
      return { outcome: 'unsent' };
    }
  }
}

const backoffMs = (attempt: number) => Math.min(longestPauseMs, 500 * 2 ** attempt);

function endOf(result: Exclude<PutResult, { kind: 'again' }>): End {
  if (result.kind === 'hopeless') return { outcome: 'unsent' };
  if (!('reason' in result)) return { outcome: result.kind };
  return { outcome: result.kind, reason: result.reason };
}

const reasonOf = (error: unknown) => {
  if (error instanceof TokenError) return error.message;
  return `the journal cannot be written: ${error instanceof Error ? error.message : error}`;
};
