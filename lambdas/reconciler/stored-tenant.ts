/**
 * Reconciles a tenant whose key is in another store than KMS of this account. Invariant: a store that gives no answer is a
 * finding of each of its tenants, and takes time from nobody else: it is soon not asked any more.
 */
import type { KeyStoreAdministration } from '../key-stores/key-administration.ts';
import { otherStoreOf } from '../tenants/keys/administration.ts';
import { callInTime } from '../tenants/registry/lease.ts';
import { statusRules } from '../tenants/registry/status.ts';
import { keyStoreOf, type TenantRow } from '../tenants/registry/tenant-row.ts';
import { attemptOrReport, type ReconcilerContext, reportIfUnchanged } from './context.ts';
import { removeMacKeys } from './remove-mac-keys.ts';
import { applyRepairs, type Repair } from './repair-drift.ts';
import { finishOnboardingOf, finishTransitionOf, settleRotationOf } from './resume-unfinished.ts';
import { destroyKey, endOfWindow, holdBack, isDue, isTenantsOwn } from './stored-deletion.ts';

/** So many tenants without an answer, and the others are not tried in this run. */
const mostFailures = 3;

/** @param row without a lease */
export async function repairStoredTenant(
  context: ReconcilerContext,
  row: TenantRow,
): Promise<void> {
  await withStore(context, row, async (store) => {
    if (statusRules[row.status].onboarding === 'unfinished')
      return finishOnboardingOf(context, row);
    const settled = await settleRotationOf(context, row, { currentKeyMaterialId: undefined });
    const { intent } = settled;
    const current =
      intent === undefined ? settled : await finishTransitionOf(context, settled, intent);
    if (current === undefined) return;
    const end = await endOfWindow(store, current);
    if (isDue(context, current, end)) return destroyKey(context, store, current);
    // Before anything else: use of the key that should not be there is taken away.
    const repaired = await repairDriftOf(context, store, current);
    if (repaired !== undefined) await holdBack(context, store, repaired, end);
  });
}

/** In a thorough run: a key that is there again, and what is left in the table of mac keys. */
export async function lookAtErasedTenant(
  context: ReconcilerContext,
  row: TenantRow,
): Promise<void> {
  // The tenant's own key stays: there is nothing to look for.
  if (isTenantsOwn(row)) return removeMacKeys(context, row);
  await withStore(context, row, async (store) => {
    if (await store.keyOf(row, context.end).isDeleted()) return removeMacKeys(context, row);
    const detail = 'The tenant is ERASED, and its key store has a key of that name.';
    const subject = { kind: 'key-not-erased', tenantId: row.tenantId } as const;
    context.findings.add({ ...subject, outcome: 'reported', detail });
  });
}

/** A store that is down is noticed by whatever was attempted, also where `action` reports that by itself and goes on. */
async function withStore(
  context: ReconcilerContext,
  row: TenantRow,
  action: (store: KeyStoreAdministration) => Promise<void>,
): Promise<void> {
  const { storeFailures, findings } = context;
  const keyStore = keyStoreOf(row);
  const failures = storeFailures.tenants.get(keyStore) ?? 0;
  const subject = { kind: 'key-unreadable', tenantId: row.tenantId } as const;
  if (failures >= mostFailures) {
    const detail = `The key store (${keyStore}) gave no answer for other tenants: this one was not looked at.`;
    return findings.add({ ...subject, outcome: 'failed', detail });
  }
  const { attempts } = storeFailures;
  await attemptOrReport(context, subject, async () => {
    const store = await otherStoreOf(context, row);
    if (store !== undefined) await action(store);
  });
  storeFailures.tenants.set(keyStore, storeFailures.attempts === attempts ? 0 : failures + 1);
}

/** @returns the row afterwards, undefined where another invocation is at work */
async function repairDriftOf(
  context: ReconcilerContext,
  store: KeyStoreAdministration,
  row: TenantRow,
): Promise<TenantRow | undefined> {
  const { keyState } = statusRules[row.status];
  if (keyState === 'not compared') return row;
  const drifts = await store.driftOf(row, keyState.expected);
  const repairs: Repair[] = [];
  for (const { kind, detail, repair } of drifts) {
    if (repair === undefined) {
      await reportIfUnchanged(context, row, { kind, outcome: 'reported', detail });
    } else {
      repairs.push({ kind, detail, act: (work) => callInTime(work, repair) });
    }
  }
  return applyRepairs(context, row, repairs);
}
