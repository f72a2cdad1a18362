/**
 * What a tenant goes through after its onboarding: suspend, resume, offboard, restore, and its end. Invariant:
 * each step is written down as the row's intent before KMS is asked for anything, may end anywhere, and comes
 * to the same when it is gone through again; and a tenant is ERASED only once KMS says that there is no such key.
 */
import { isGone, type LifecycleOptions } from '../keys/key-state.ts';
import { isLeased, workOn, workOnRow } from '../registry/lease.ts';
import { type Intent, statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import { againPlan, plan, type Wanted } from './transitions.ts';

/**
 * @returns the row at the end of the step; at once where it is there already
 * @throws Problem 404 tenant-not-found, 409 by the state that the tenant is in, tenant-busy, key-recently-used
 */
export const goThrough = (
  options: LifecycleOptions,
  tenantId: string,
  wanted: Wanted,
): Promise<TenantRow> => workOn(options, tenantId, plan(options, wanted));

/**
 * For the reconciler: goes through a step again, whatever the row's intent, and without the checks with which
 * it began. Right for an intent that was left over, and for a status that the key does not show (`suspend` for
 * one that is SUSPENDED and `offboard` for one that is OFFBOARDING).
 * @param row as it was read
 * @returns undefined, and nothing was done, where somebody else is at work or has changed the row
 * @throws what KMS says; Problem 409 tenant-erased where the key is gone
 */
export const goThroughAgain = (
  options: LifecycleOptions,
  row: TenantRow,
  step: Intent,
): Promise<TenantRow | undefined> => workOnRow(options, row, againPlan(options, step));

/**
 * For the reconciler: OFFBOARDING ends where KMS has no such key. The row stays, so that the id is never given
 * to another tenant.
 * @param options `kms` of a role that may describe every key by its own policy: only then is NotFound definite
 * @returns undefined, and nothing was done, where the key is still there, or somebody else is at work
 */
export async function eraseIfGone(
  { kms, registry }: Pick<LifecycleOptions, 'kms' | 'registry'>,
  row: TenantRow,
): Promise<TenantRow | undefined> {
  const { status, keyArn } = row;
  const isPlanned = statusRules[status].keyDeletion === 'planned';
  if (!isPlanned || keyArn === undefined || isLeased(row)) return undefined;
  if (!(await isGone(kms, keyArn))) return undefined;
  const erasedAt = new Date().toISOString();
  return registry.change(row, { status: 'ERASED', erasedAt, intent: null, lease: null });
}
