/**
 * The end of the key before a change of store, and its restoration: the same steps as of a tenant's own key. Invariant: it ends
 * only once nothing encrypts with it any more, and no mac is lost with it.
 */
import { longestRequestMs, settlesAfterMs } from '../../../contract/key-store-change.ts';
import {
  keyStoreChanging,
  macKeysLeft,
  noPreviousKey,
  Problem,
  tenantErased,
  tenantNotFound,
} from '../../../contract/problem.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { previousKeyOf, registryOfPrevious } from '../registry/other-keys.ts';
import { requireAllowed, statusRules } from '../registry/status.ts';
import type { PreviousKey, TenantRow } from '../registry/tenant-row.ts';
import { transition } from './lifecycle.ts';
import type { OffboardRequest, TransitionRequest } from './transitions.ts';

/**
 * When the last request with an older row has ended. A change that was turned back before it had settled is of now, and so may an
 * older row be in which the key had its turn from later on.
 */
export const unusedFrom = ({ since }: Pick<PreviousKey, 'since'>): number =>
  Date.parse(since) + settlesAfterMs + longestRequestMs;

/**
 * @returns the tenant's row, once the deletion of its previous key is asked for
 * @throws Problem 404; 409 no-previous-key, key-store-changing, mac-keys-left, key-recently-used, tenant-busy
 */
export const endPreviousKey = (
  work: TenantWork,
  tenantId: string,
  request: OffboardRequest,
): Promise<TenantRow> => go(work, tenantId, { intent: 'offboard', request }, requireEndable);

/** @throws Problem 404; 409 by the tenant's status, no-previous-key, tenant-busy */
export const restorePreviousKey = (work: TenantWork, tenantId: string): Promise<TenantRow> =>
  go(work, tenantId, { intent: 'restore' }, ({ status }) =>
    requireAllowed(statusRules[status].keyChange),
  );

async function go(
  work: TenantWork,
  tenantId: string,
  request: TransitionRequest,
  check: (row: TenantRow) => void,
): Promise<TenantRow> {
  const registry = registryOfPrevious(work.registry, check);
  try {
    await transition({ ...work, registry }, tenantId, request);
  } catch (error) {
    // Its status as a tenant's own key would be the tenant's.
    const isDeleted = error instanceof Problem && error.code === 'tenant-erased';
    throw isDeleted && !(await isErased(work, tenantId)) ? noPreviousKey() : error;
  }
  const row = await work.registry.get(tenantId);
  if (row === undefined) throw tenantNotFound();
  return row;
}

async function isErased({ registry }: TenantWork, tenantId: string): Promise<boolean> {
  const row = await registry.get(tenantId);
  return row !== undefined && statusRules[row.status].keyDeletion === 'done';
}

/** Asked whenever the row is read, until the end has begun. */
function requireEndable(row: TenantRow): void {
  if (statusRules[row.status].keyDeletion === 'done') throw tenantErased();
  const previousKey = previousKeyOf(row);
  if (previousKey.status !== undefined) return;
  const from = unusedFrom(previousKey);
  if (Date.now() < from) {
    const at = new Date(from).toISOString();
    throw keyStoreChanging(
      `Until ${at} requests may be at work that encrypt with the previous key. End it after that.`,
    );
  }
  const { left, countedAt } = previousKey.macKeys ?? {};
  const isKnown = countedAt !== undefined && Date.parse(countedAt) >= from;
  if (!isKnown || left !== 0) throw macKeysLeft(isKnown ? left : undefined);
}
