/**
 * A tenant's life after its onboarding: suspend, resume, offboard, restore, and its end. Invariant: each transition
 * is written down as the row's intent before the key store is asked for anything, may be cut off anywhere, and comes to the
 * same end when it is resumed; and a tenant is ERASED only once the key store says that there is no such key.
 */
import { administrationOf } from '../keys/administration.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { isLeased, workOn, workOnRow } from '../registry/lease.ts';
import { hasOtherKeys } from '../registry/other-keys.ts';
import { type Intent, statusRules } from '../registry/status.ts';
import { hasKey, type TenantRow } from '../registry/tenant-row.ts';
import { resumePlan, type TransitionRequest, transitionPlan } from './transitions.ts';

/**
 * @returns the row at the end of the transition; at once where it is there already
 * @throws Problem 404 tenant-not-found, 409 by the tenant's status, tenant-busy, key-recently-used
 */
export const transition = (
  work: TenantWork,
  tenantId: string,
  request: TransitionRequest,
): Promise<TenantRow> => workOn(work, tenantId, transitionPlan(work, request));

/**
 * For the reconciler: repeats a transition, whatever the row's intent, and without the checks with which it began.
 * Right for an intent that was never finished, and for a status that the key does not show (`suspend` for a tenant
 * that is SUSPENDED and `offboard` for one that is OFFBOARDING).
 * @param row as it was read
 * @returns undefined, and nothing was done, where another invocation is at work or has changed the row
 * @throws what the key store says; Problem 409 tenant-erased where the key is deleted
 */
export const resumeTransition = (
  work: TenantWork,
  row: TenantRow,
  intent: Intent,
): Promise<TenantRow | undefined> => workOnRow(work, row, resumePlan(work, intent));

/**
 * For the reconciler: OFFBOARDING ends where the key store has no such key. The row stays, so that no other tenant gets the id.
 * @param work `kms` of a role that may describe every key by its own policy: only then is NotFound definite
 * @returns undefined, and nothing was done, where the key is still there or another invocation is at work
 */
export async function eraseIfKeyIsDeleted(
  work: Omit<TenantWork, 'holder'>,
  row: TenantRow,
): Promise<TenantRow | undefined> {
  const isPlanned = statusRules[row.status].keyDeletion === 'planned';
  if (!isPlanned || !hasKey(row) || hasOtherKeys(row) || isLeased(row)) return undefined;
  if (!(await (await administrationOf(work, row)).isDeleted())) return undefined;
  const erasedAt = new Date().toISOString();
  return work.registry.change(row, { status: 'ERASED', erasedAt, intent: null, lease: null });
}
