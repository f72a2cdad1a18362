/**
 * The lease, by which one invocation at a time works on a tenant. Invariant: only the holder of the lease in the row
 * asks a key store to change anything, and a lease outlives the invocation that took it; an invocation whose time is over
 * (an environment that was frozen and thaws) begins nothing more.
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

/** What is done to a tenant; it may be cut off anywhere. */
export interface Plan {
  /**
   * @returns whether there is nothing left to do
   * @throws Problem where the tenant's state does not allow it
   */
  isDone(row: TenantRow): boolean;
  /** @returns what is written with the lease, before the key store is asked for anything */
  begin(row: TenantRow): RowChange | Promise<RowChange>;
  /** May be repeated from its beginning. @returns what is written when the lease is given up */
  act(row: TenantRow): Promise<RowChange>;
}

/** This long before the end nothing more is begun, so that there is time to answer. */
export const answerReserveMs = 4000;
/** A lease lasts this much longer than the invocation: clocks differ, a last call goes on, KMS's lists lag behind. */
const leaseMarginMs = 10_000;
/** Lambda ends every invocation after 15 minutes; the rest is for clocks. */
const longestLeaseMs = 15 * 60_000 + leaseMarginMs + 60_000;
/** How long to wait for another invocation's work; a transition is two or three calls to KMS. */
const patienceMs = 5000;
/** For how long a throttled call is repeated; KMS counts by the second. */
const throttledForMs = 8000;

export const leaseOf = ({ holder, end }: Pick<Work, 'holder' | 'end'>): Lease => ({
  holder,
  expiresAt: end + leaseMarginMs,
});

/**
 * A lease that ends later than any invocation's was not taken by one. It does not count: with it, who may write the
 * registry would keep everybody from the tenant, the reconciler included, which then sees no drift of its key.
 */
export function isLeased({ lease }: TenantRow): boolean {
  const leftMs = (lease?.expiresAt ?? 0) - Date.now();
  return leftMs > 0 && leftMs <= longestLeaseMs;
}

/**
 * @returns the row as the plan leaves it
 * @throws Problem 404; 409 tenant-busy where another invocation is at work for long; what the plan throws
 */
export const workOn = (work: Work, tenantId: string, plan: Plan): Promise<TenantRow> =>
  onceFree(work, tenantId, async (row) => (plan.isDone(row) ? row : workOnRow(work, row, plan)));

/**
 * A change in which the key store has no part: one write, which is there whole or not at all. It waits for whoever is at work on
 * the tenant.
 * @param changeOf gives undefined where there is nothing to change, and throws a Problem where the status forbids it
 * @throws as workOn does
 */
export const changeRow = (
  work: Work,
  tenantId: string,
  changeOf: (row: TenantRow) => RowChange | undefined,
): Promise<TenantRow> =>
  onceFree(work, tenantId, async (row) => {
    const change = changeOf(row);
    if (change === undefined) return row;
    return isLeased(row) ? undefined : work.registry.change(row, change);
  });

/**
 * Waits for whoever is at work on the tenant.
 * @param attemptOn gives undefined, and has done nothing, where another invocation was in its way
 * @throws Problem 404; 409 tenant-busy where another invocation is at work for long; what `attemptOn` throws
 */
export async function onceFree(
  work: Work,
  tenantId: string,
  attemptOn: (row: TenantRow) => Promise<TenantRow | undefined>,
): Promise<TenantRow> {
  const until = Math.min(Date.now() + patienceMs, work.end - answerReserveMs);
  for (let attempt = 0; ; attempt += 1) {
    const row = await work.registry.get(tenantId);
    if (row === undefined) throw tenantNotFound();
    const done = await attemptOn(row);
    if (done !== undefined) return done;
    if (Date.now() > until) throw tenantBusy(secondsLeft(row));
    await pause(attempt);
  }
}

/**
 * @param row as it was read
 * @returns undefined, and nothing was done, where another invocation is at work on the tenant, or has changed
 *   the row since it was read
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
 * Makes a call to a key store that changes something: never after the end, and again where KMS throttles it.
 * @param also other errors after which the call is made again
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

/** @returns epoch milliseconds after which a throttled call is not made again */
export const throttledUntil = ({ end }: Pick<Work, 'end'>): number =>
  Math.min(Date.now() + throttledForMs, end - answerReserveMs);

/** While the lease lasts no other invocation works on the tenant, but a deployment may write its row. */
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
