/**
 * Who may work on a tenant. Invariant: only who holds the lease in the row asks KMS to change anything, and a
 * lease outlives the invocation that took it, so two never work on one tenant; an invocation whose time is
 * over (an environment that was frozen and thaws) begins nothing more.
 */

import { tenantBusy, tenantNotFound, unavailable } from '../../../contract/problem.ts';
import { isThrottled } from '../../aws/errors.ts';
import { pause, retry } from '../../aws/retry.ts';
import type { Registry, RowChange } from './registry.ts';
import type { Lease, TenantRow } from './tenant-row.ts';

/** The work of one invocation. */
export interface Work {
  readonly registry: Registry;
  /** unique to the invocation, and the registry's writer */
  readonly holder: string;
  /** epoch milliseconds by which the invocation ends, whatever it is doing */
  readonly end: number;
}

/** What is done to a tenant, in an order that may end anywhere. */
export interface Plan {
  /**
   * @returns whether there is nothing left to do
   * @throws Problem where the tenant's state does not allow it
   */
  isDone(row: TenantRow): boolean;
  /** @returns what is written down, with the lease, before KMS is asked for anything */
  begin(row: TenantRow): RowChange | Promise<RowChange>;
  /** May be repeated from its beginning. @returns what is written down, as the lease is given up */
  act(row: TenantRow): Promise<RowChange>;
}

/** How long before the end no more is begun, so that there is time to answer. */
export const reserveInMs = 4000;
/** How much longer than the invocation a lease lasts: clocks differ, a last call goes on, KMS's lists lag behind. */
const leaseMarginInMs = 10_000;
/** How long somebody else's work is waited for; a step is two or three calls to KMS. */
const patienceInMs = 5000;
/** How long a throttled call is made again; KMS counts by the second. */
const throttledForMs = 8000;

export const leaseOf = ({ holder, end }: Pick<Work, 'holder' | 'end'>): Lease => ({
  holder,
  expiresAt: end + leaseMarginInMs,
});

export const isLeased = ({ lease }: TenantRow): boolean =>
  lease !== undefined && lease.expiresAt > Date.now();

/**
 * @returns the row as the plan leaves it
 * @throws Problem 404; 409 tenant-busy where somebody else is at work for long, or what the plan refuses with
 */
export async function workOn(work: Work, tenantId: string, plan: Plan): Promise<TenantRow> {
  const until = Math.min(Date.now() + patienceInMs, work.end - reserveInMs);
  for (let attempt = 0; ; attempt += 1) {
    const row = await work.registry.get(tenantId);
    if (row === undefined) throw tenantNotFound();
    if (plan.isDone(row)) return row;
    const done = await workOnRow(work, row, plan);
    if (done !== undefined) return done;
    if (Date.now() > until) throw tenantBusy(secondsLeft(row));
    await pause(attempt);
  }
}

/**
 * @param row as it was read
 * @returns undefined, and nothing was done, where somebody else is at work on the tenant, or has changed the
 *   row since it was read
 */
export async function workOnRow(
  work: Work,
  row: TenantRow,
  plan: Omit<Plan, 'isDone'>,
): Promise<TenantRow | undefined> {
  if (isLeased(row)) return undefined;
  const begun = await plan.begin(row);
  requireTime(work);
  const held = await work.registry.change(row, { ...begun, lease: leaseOf(work) });
  if (held === undefined) return undefined;
  try {
    return await write(work, held, { ...(await plan.act(held)), lease: null });
  } catch (error) {
    // If this fails the lease runs out; the error that matters is the one that led here.
    await write(work, held, { lease: null }).catch(() => undefined);
    throw error;
  }
}

/**
 * A call to KMS that changes something: never after the end, and again where KMS says that it was too soon.
 * @param also other errors that are worth another try
 */
export function callInTime<T>(
  work: Pick<Work, 'end'>,
  call: () => Promise<T>,
  also: (error: unknown) => boolean = () => false,
): Promise<T> {
  return retry(
    () => {
      requireTime(work);
      return call();
    },
    { when: (error) => isThrottled(error) || also(error), until: throttledUntil(work) },
  );
}

/** @returns the time after which a throttled call is not made again, but the caller told to come back */
export const throttledUntil = ({ end }: Pick<Work, 'end'>): number =>
  Math.min(Date.now() + throttledForMs, end - reserveInMs);

/** Others may write a row, though not work on the tenant, while its lease lasts (a deployment, for one). */
async function write(work: Work, row: TenantRow, change: RowChange): Promise<TenantRow> {
  for (let current = row; ; ) {
    const written = await work.registry.change(current, change);
    if (written !== undefined) return written;
    const found = await work.registry.get(row.tenantId);
    if (found?.lease?.holder !== work.holder) throw tenantBusy(1);
    current = found;
  }
}

function requireTime({ end }: Pick<Work, 'end'>): void {
  if (Date.now() > end) throw unavailable();
}

const secondsLeft = ({ lease }: TenantRow): number =>
  Math.max(1, Math.ceil(((lease?.expiresAt ?? 0) - Date.now()) / 1000));
