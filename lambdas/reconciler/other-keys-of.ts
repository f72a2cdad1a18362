/**
 * The keys of a tenant beside its own, while its key store is changed. Invariant: the key before is looked at in every run, by
 * the very rules of a tenant's own key; a change that was cut off is ended where its key is there, and else forgotten; and no
 * key is made.
 */
import type { KeyStoreChangeEnd } from '../tenants/lifecycle/key-store-change.ts';
import {
  abandonKeyStoreChange,
  finishKeyStoreChange,
} from '../tenants/lifecycle/key-store-change.ts';
import { isLeased } from '../tenants/registry/lease.ts';
import { hasOtherKeys, registryOfPrevious, rowOfPrevious } from '../tenants/registry/other-keys.ts';
import { type FoundRow, isInvalid } from '../tenants/registry/scan.ts';
import { allowed, statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attemptOrReport, type ReconcilerContext } from './context.ts';
import { countMacKeysLeft } from './count-mac-keys.ts';
import type { Findings } from './findings.ts';
import { observeTenant, repairTenant } from './reconcile-tenant.ts';
import { recoveryOptions } from './resume-unfinished.ts';

/** @param found as it was read before the tenant's own key was repaired: first what the tenant's row says is done */
export async function repairOtherKeys(context: ReconcilerContext, found: FoundRow): Promise<void> {
  if (isInvalid(found) || !hasOtherKeys(found)) return;
  const { tenantId } = found;
  const subject = { kind: 'tenant-failed', tenantId } as const;
  await attemptOrReport(context, subject, async () => {
    const row = await context.registry.get(tenantId);
    // A step that was not ended is one of both keys, and comes first.
    if (row === undefined || isLeased(row) || row.intent !== undefined) return;
    if (row.nextKey !== undefined) await endChangeOf(context, row);
    else if (row.previousKey !== undefined) await repairPreviousKey(context, row);
  });
}

async function endChangeOf(context: ReconcilerContext, row: TenantRow): Promise<void> {
  const { tenantId, nextKey } = row;
  const subject = { kind: 'unfinished-step', tenantId, keyArn: nextKey?.keyArn } as const;
  const mayGoOn = statusRules[row.status].keyChange === allowed;
  const end = mayGoOn ? finishKeyStoreChange : abandonKeyStoreChange;
  const options = recoveryOptions(context, nextKey?.keyRequestedAt);
  const done = await attemptOrReport(context, subject, () => end(options, row));
  if (done === undefined) return;
  const ends: Readonly<Record<KeyStoreChangeEnd, string>> = {
    finished: 'is ended: both keys decrypt.',
    abandoned: `cannot go on, since the tenant is ${row.status}: the new key is now a previous one.`,
    removed: 'had no key yet, and is removed: the tenant is as before.',
  };
  const detail = `A change of the key store to ${nextKey?.keyStore} was cut off. It ${ends[done]}`;
  context.findings.add({ ...subject, outcome: 'repaired', detail });
}

async function repairPreviousKey(context: ReconcilerContext, row: TenantRow): Promise<void> {
  const counted = await countMacKeysLeft(context, row);
  const ofPrevious = {
    ...context,
    registry: registryOfPrevious(context.registry),
    findings: findingsOfPrevious(context.findings),
  };
  const tenant = await observeTenant(ofPrevious, rowOfPrevious(counted));
  await repairTenant(ofPrevious, tenant);
}

const findingsOfPrevious = (findings: Findings): Findings => ({
  get all() {
    return findings.all;
  },
  get undelivered() {
    return findings.undelivered;
  },
  add: (finding) => findings.add({ ...finding, detail: `The previous key: ${finding.detail}` }),
  flush: () => findings.flush(),
});
