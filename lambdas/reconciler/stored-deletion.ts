/**
 * The deletion of a key in another store than KMS of this account. Invariant: what the row says of a deletion only ever
 * delays it. Where a store holds none back by itself, a key is deleted once the store, too, shows that a run of the reconciler
 * saw the deletion asked for as long ago as the shortest window of the configuration: who may write the registry cannot
 * have a key deleted at once.
 */
import type { DeletionWindow, KeyStoreAdministration } from '../key-stores/key-administration.ts';
import { workOnRow } from '../tenants/registry/lease.ts';
import { hasOtherKeys } from '../tenants/registry/other-keys.ts';
import { statusRules } from '../tenants/registry/status.ts';
import { keyStoreOf, type TenantRow } from '../tenants/registry/tenant-row.ts';
import {
  attemptOrReport,
  type ReconcilerContext,
  reportIfUnchanged,
  tenantWork,
} from './context.ts';
import { endOf } from './resume-unfinished.ts';

/** By so much the row's date may be earlier: the window in the store begins with the first run that sees the deletion. */
const lateRunsMs = 86_400_000;

const kind = 'deletion-window';

/** @returns epoch milliseconds: when the store lets the key go; undefined where its window has not begun, or need not */
export async function endOfWindow(
  { deletionWindow }: KeyStoreAdministration,
  row: TenantRow,
): Promise<number | undefined> {
  if (!isPlanned(row)) return undefined;
  return deletionWindow === undefined ? 0 : deletionWindow.endOf(row);
}

export function isDue(
  { now }: ReconcilerContext,
  row: TenantRow,
  end: number | undefined,
): boolean {
  const { deletionDate } = row.offboarding ?? {};
  // A tenant's own key is the last to go.
  if (end === undefined || deletionDate === undefined || hasOtherKeys(row)) return false;
  return Math.max(end, Date.parse(deletionDate)) <= now();
}

/**
 * Begins the window where it has not begun, and reports a row that has the key deleted before its end.
 * @param row without a lease, as it is now
 */
export async function holdBack(
  context: ReconcilerContext,
  store: KeyStoreAdministration,
  row: TenantRow,
  end: number | undefined,
): Promise<void> {
  const { deletionWindow } = store;
  if (!isPlanned(row) || deletionWindow === undefined) return;
  const current = end === undefined ? await beginWindow(context, deletionWindow, row) : row;
  if (current === undefined) return;
  const until = end ?? (await deletionWindow.endOf(row)) ?? 0;
  const { deletionDate = '' } = row.offboarding ?? {};
  if (!(until > Date.parse(deletionDate) + lateRunsMs)) return;
  const detail = `The row has the key deleted at ${deletionDate}, before the window in its key store is over: it is kept until ${new Date(until).toISOString()}.`;
  await reportIfUnchanged(context, current, { kind, outcome: 'reported', detail });
}

/** @returns the row afterwards, undefined where it could not be begun */
const beginWindow = (
  context: ReconcilerContext,
  deletionWindow: DeletionWindow,
  row: TenantRow,
): Promise<TenantRow | undefined> =>
  attemptOrReport(context, { kind, tenantId: row.tenantId }, () =>
    workOnRow(tenantWork(context), row, {
      begin: () => ({}),
      async act(held) {
        await deletionWindow.begin(held);
        return {};
      },
    }),
  );

/** The product uses such a key, and cannot delete it. */
export const isTenantsOwn = (row: TenantRow): boolean => keyStoreOf(row) === 'aws-kms-external';

const isPlanned = ({ status }: TenantRow): boolean => statusRules[status].keyDeletion === 'planned';

/** ERASED is written only where the store, which shows every key to the reconciler, shows this one no more. */
export async function destroyKey(
  context: ReconcilerContext,
  store: KeyStoreAdministration,
  row: TenantRow,
): Promise<void> {
  const { tenantId } = row;
  const subject = { kind: 'key-erased', tenantId } as const;
  const erased = await attemptOrReport(context, subject, () =>
    workOnRow(tenantWork(context), row, {
      begin: () => ({}),
      async act(held) {
        await store.destroy(held, context.now());
        return { status: 'ERASED', erasedAt: new Date().toISOString(), intent: null };
      },
    }),
  );
  if (erased === undefined) return;
  const detail = isTenantsOwn(row)
    ? `The use of the tenant's own key has ended: ${endOf(erased)}.`
    : `The key is deleted in its key store: ${endOf(erased)}.`;
  context.findings.add({ ...subject, outcome: 'repaired', detail });
}
