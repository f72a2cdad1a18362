/**
 * The end of a tenant's key in Vault, which holds no deletion back. Invariant: a key is deleted only if it shows, by Vault's
 * own clock, that the reconciler saw its deletion asked for as long ago as the window is. The mark is a version that
 * the reconciler made when it saw that, named in `min_encryption_version`: nobody can set the time of a version, and of the
 * product's functions the control plane can write 0 there, which takes the mark away, and no other number. So a row that
 * says that the window is over has no key deleted.
 */
import { keyMismatch, keyStoreUnavailable } from '../../../contract/problem.ts';
import { DeletionHeldBack, type TenantOfStore } from '../key-administration.ts';
import { refuseUse, removeRole } from './tenant-access.ts';
import { deletionMarkRequest, readTransitKey, type TransitKey, versionsOf } from './transit-key.ts';
import { VaultKeyNotFound } from './vault-errors.ts';
import { isTenantsOwn, type VaultKeySettings } from './vault-key.ts';
import { keyPathOf } from './vault-names.ts';
import { deletePath, type VaultSend, writePath } from './vault-requests.ts';

const dayMs = 86_400_000;

export interface DeletionSettings extends VaultKeySettings {
  /** the shortest that the stack's configuration allows: what the row says is not asked */
  readonly deletionWindowInDays: number;
}

/** @returns epoch milliseconds; undefined where it has not begun, or the key is not the tenant's; 0 where there is no key */
export async function endOfDeletionWindow(
  send: VaultSend,
  settings: DeletionSettings,
  tenant: TenantOfStore,
): Promise<number | undefined> {
  const key = await readTransitKey(send, keyPathOf(settings, tenant.tenantId));
  if (key === undefined) return 0;
  return isTenantsOwn(settings, tenant, key) ? endOf(settings, key) : undefined;
}

/** Cut off between its requests it is begun again: one version more does no harm. */
export async function beginDeletionWindow(
  send: VaultSend,
  settings: DeletionSettings,
  tenant: TenantOfStore,
): Promise<void> {
  const path = keyPathOf(settings, tenant.tenantId);
  const key = await readTransitKey(send, path);
  if (key === undefined || !isTenantsOwn(settings, tenant, key)) return;
  if (endOf(settings, key) !== undefined) return;
  await writePath(send, `${path}/rotate`, {});
  const newest = (await readTransitKey(send, path))?.latest_version;
  if (newest === undefined) throw new VaultKeyNotFound();
  await writePath(send, `${path}/config`, deletionMarkRequest(newest));
}

/** @throws DeletionHeldBack, and nothing was done, where the window is not over at `now` (epoch milliseconds) */
export async function deleteKey(
  send: VaultSend,
  settings: DeletionSettings,
  tenant: TenantOfStore,
  now: number,
): Promise<void> {
  const { tenantId } = tenant;
  const path = keyPathOf(settings, tenantId);
  const key = await readTransitKey(send, path);
  if (key !== undefined) {
    if (!isTenantsOwn(settings, tenant, key)) throw keyMismatch();
    const end = endOf(settings, key);
    if (end === undefined || end > now) throw new DeletionHeldBack();
  }
  await refuseUse(send, settings, tenantId);
  if (key !== undefined) {
    await writePath(send, `${path}/config`, { deletion_allowed: true });
    await deletePath(send, path);
  }
  await removeRole(send, settings, tenantId);
  if ((await readTransitKey(send, path)) !== undefined) throw keyStoreUnavailable('vault');
}

function endOf({ deletionWindowInDays }: DeletionSettings, key: TransitKey): number | undefined {
  const mark = versionsOf(key).find(({ number }) => number === key.min_encryption_version);
  return mark && Date.parse(mark.createdAt) + deletionWindowInDays * dayMs;
}
