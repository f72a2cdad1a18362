/**
 * Onboards the tenants of a list, some at a time. Invariant: whatever ends the run, the requests under way
 * are waited for, and what they did is in the journal.
 */

import type { Pace } from './adaptive-rate-limit.ts';
import type { Clock } from './clock.ts';
import type { Journal } from './journal.ts';
import { emptyTally, type Outcome, type Tally } from './summary.ts';
import type { TenantLine } from './tenant-list.ts';
import type { Reply, TenantsApi } from './tenants-api.ts';
import { AccessError } from './token-source.ts';

export interface RunOptions {
  readonly tenants: readonly TenantLine[];
  readonly journal: Journal;
  readonly api: TenantsApi;
  readonly pace: Pace;
  readonly clock: Clock;
  /** requests under way at once, at most */
  readonly inFlight: number;
  /** the run's own end: ends waits, never a request */
  readonly stop: AbortController;
  /** told of each row that has come to an end, with the reason of a failure */
  readonly onRow: (row: FinishedRow) => void;
}

export interface FinishedRow {
  readonly tenant: TenantLine;
  readonly outcome: Outcome;
  readonly reason: string | undefined;
  /** so far */
  readonly tally: Tally;
}

export interface Run {
  readonly tally: Tally;
  /** why it ended by itself before the list did */
  readonly hopeless: string | undefined;
}

interface End {
  readonly outcome: Outcome;
  readonly reason?: string;
}

const tries = 8;
const longestPauseMs = 30_000;
/** Then it is not the rows: the API is down, or somebody else uses the quota up. */
const failuresInARow = 10;

export async function onboardAll(options: RunOptions): Promise<Run> {
  const { tenants, journal, stop } = options;
  const tally = emptyTally();
  const waiting = tenants.filter((tenant) => !journal.isDone(tenant));
  tally.before = tenants.length - waiting.length;
  tally.unsent = waiting.length;
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
      tally.unsent -= 1;
      tally[outcome] += 1;
      options.onRow({ tenant, outcome, reason, tally });
      inARow = outcome === 'failed' ? inARow + 1 : 0;
      if (inARow === failuresInARow) giveUp(`${inARow} tenants failed one after the other`);
    }
  }

  await Promise.all(Array.from({ length: options.inFlight }, worker));
  return { tally, hopeless };
}

async function onboardOne(
  options: RunOptions,
  tenant: TenantLine,
  giveUp: (reason: string) => void,
): Promise<End> {
  const { api, clock, journal, pace, stop } = options;
  for (let attempt = 1; ; attempt += 1) {
    const sentAt = await pace.turn();
    if (stop.signal.aborted) return { outcome: 'unsent' };
    try {
      const reply = await api.put(tenant);
      if (reply.kind === 'created' || reply.kind === 'existing') {
        pace.succeeded();
        journal.add(tenant);
      }
      if (reply.kind === 'hopeless') giveUp(reply.reason);
      if (reply.kind !== 'again') return endOf(reply);
      const pauseMs = reply.retryAfterMs + Math.random() * backoffMs(attempt);
      if (reply.throttled) pace.slowDown(sentAt, pauseMs);
      if (attempt === tries) return { outcome: 'failed', reason: reply.reason };
      await clock.sleep(pauseMs, stop.signal);
    } catch (error) {
      giveUp(reasonOf(error));
      return { outcome: 'unsent' };
    }
  }
}

const backoffMs = (attempt: number) => Math.min(longestPauseMs, 500 * 2 ** attempt);

function endOf(reply: Exclude<Reply, { kind: 'again' }>): End {
  if (reply.kind === 'hopeless') return { outcome: 'unsent' };
  if (!('reason' in reply)) return { outcome: reply.kind };
  return { outcome: reply.kind, reason: reply.reason };
}

const reasonOf = (error: unknown) => {
  if (error instanceof AccessError) return error.message;
  return `the journal cannot be written: ${error instanceof Error ? error.message : error}`;
};
