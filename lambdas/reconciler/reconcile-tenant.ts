/**
 * Observes and repairs one tenant. Invariant: while another invocation holds its lease a tenant is left alone; and a
 * key is not touched, whatever the row says, but reported, where it does not carry the tenant's tags, or is not as the
 * product makes a tenant's key: who can tag a key and write a row must not have the reconciler change that key.
 */
import type { FindingKind, FindingOutcome, UnseenKey } from '../../contract/findings.ts';
import { defaultKeyStore } from '../../contract/key-stores.ts';
import { isTenants } from '../tenants/keys/key-tags.ts';
import { isLeased } from '../tenants/registry/lease.ts';
import { type FoundRow, type InvalidRow, isInvalid } from '../tenants/registry/scan.ts';
import { statusRules } from '../tenants/registry/status.ts';
import { hasKey, keyStoreOf, type TenantRow } from '../tenants/registry/tenant-row.ts';
import { attemptOrReport, type ReconcilerContext, reportIfUnchanged } from './context.ts';
import { type KeyObservation, type ObservedKey, observeKey } from './observe-key.ts';
import { removeMacKeysOf } from './remove-mac-keys.ts';
import { repairDrift, repairPolicy } from './repair-drift.ts';
import {
  eraseTenant,
  finishOnboardingOf,
  finishTransitionOf,
  settleRotationOf,
} from './resume-unfinished.ts';
import { lookAtErasedTenant, repairStoredTenant } from './stored-tenant.ts';

/** A row, and its key as it was after the row was read. */
export interface ObservedTenant {
  readonly row: FoundRow;
  /** undefined where there is no key to observe, or it could not be observed */
  readonly key: KeyObservation | undefined;
}

const isLeftAlone = (row: TenantRow) =>
  statusRules[row.status].keyDeletion === 'done' || isLeased(row);

/** Changes nothing. */
export const observeTenant = (context: ReconcilerContext, row: FoundRow): Promise<ObservedTenant> =>
  lookAtTenant(context, row, ({ tenantId }, keyArn) => observeKey(context, tenantId, keyArn));

/**
 * @param look at the key that the row names, unless the tenant is left alone; what it throws is reported
 * @returns the tenant with what `look` returns
 */
export async function lookAtTenant(
  context: ReconcilerContext,
  row: FoundRow,
  look: (row: TenantRow, keyArn: string) => Promise<KeyObservation | undefined>,
): Promise<ObservedTenant> {
  if (isInvalid(row) || row.keyArn === undefined || isLeftAlone(row)) {
    return { row, key: undefined };
  }
  // It may name a key of before in KMS.
  if (keyStoreOf(row) !== defaultKeyStore) return { row, key: undefined };
  const { tenantId, keyArn } = row;
  const subject = { kind: 'tenant-failed', tenantId, keyArn } as const;
  return { row, key: await attemptOrReport(context, subject, () => look(row, keyArn)) };
}

export async function repairTenant(
  context: ReconcilerContext,
  { row, key }: ObservedTenant,
): Promise<void> {
  if (isInvalid(row)) return reportInvalidRow(context, row);
  if (statusRules[row.status].keyDeletion === 'done') {
    return context.isThorough ? lookAtErased(context, row) : undefined;
  }
  if (isLeased(row)) return;
  if (keyStoreOf(row) !== defaultKeyStore) return repairStoredTenant(context, row);
  if (!hasKey(row)) return finishOnboardingOf(context, row);
  if (key === undefined) return;
  const { keyDeletion } = statusRules[row.status];
  if (key === 'missing' && keyDeletion === 'planned') return eraseTenant(context, row);
  const own = await ownKey(context, row, key);
  if (own !== undefined) await repairOwnKey(context, row, own);
}

const lookAtErased = (context: ReconcilerContext, row: TenantRow): Promise<void> =>
  keyStoreOf(row) === defaultKeyStore
    ? removeMacKeysOf(context, row)
    : lookAtErasedTenant(context, row);

async function repairOwnKey(
  context: ReconcilerContext,
  row: TenantRow,
  observed: ObservedKey,
): Promise<void> {
  const current = await repairPolicy(context, row, observed);
  if (current === undefined) return;
  const key = current === row ? observed : await observeAgain(context, current);
  if (key === undefined) return;
  const { onboarding, keyDeletion } = statusRules[current.status];
  // Reported already. A deletion is not begun, nor begun again, while the key may be another tenant's as well.
  if (keyDeletion === 'planned' && context.sharedKeys.has(current.keyArn ?? '')) return;
  if (onboarding === 'unfinished') return finishOnboardingOf(context, current);
  const settled = await settleRotationOf(context, current, key);
  if (settled.intent === undefined) return repairDrift(context, settled, key);
  const finished = await finishTransitionOf(context, settled, settled.intent);
  const finishedKey = finished && (await observeAgain(context, finished));
  if (finished !== undefined && finishedKey !== undefined) {
    await repairDrift(context, finished, finishedKey);
  }
}

/** After a change of the key. */
async function observeAgain(
  context: ReconcilerContext,
  row: TenantRow,
): Promise<ObservedKey | undefined> {
  const { key } = await observeTenant(context, row);
  return key && ownKey(context, row, key);
}

/** @returns the key, if it is the tenant's by its tags and as it was made; what it is instead is reported */
async function ownKey(
  context: ReconcilerContext,
  row: TenantRow,
  key: KeyObservation,
): Promise<ObservedKey | undefined> {
  if (typeof key === 'string') await reportUnusualKey(context, row, key);
  else if (!isTenants(key.tags, row.tenantId)) await reportUnusualKey(context, row, 'stranger');
  else if (key.differences.length > 0) await reportForeignKey(context, row, key);
  else return key;
  return undefined;
}

type UnusualKey = UnseenKey | 'stranger';

const unusualKeys: Readonly<Record<UnusualKey, readonly [FindingKind, FindingOutcome, string]>> = {
  missing: ['key-missing', 'reported', 'The tenant was not offboarded, and KMS has no such key.'],
  elsewhere: ['key-elsewhere', 'reported', 'The row names a key of another account or region.'],
  unreadable: ['key-unreadable', 'failed', "The key's policy, or IAM, refuses the reconciler."],
  stranger: [
    'key-tags',
    'reported',
    "The key does not carry the tenant's tags: it was not touched.",
  ],
};

function reportUnusualKey(
  context: ReconcilerContext,
  row: TenantRow,
  what: UnusualKey,
): Promise<void> {
  const [kind, outcome, detail] = unusualKeys[what];
  return reportIfUnchanged(context, row, { kind, outcome, detail });
}

function reportForeignKey(
  context: ReconcilerContext,
  row: TenantRow,
  { differences }: ObservedKey,
): Promise<void> {
  const detail = `The key is not as the product makes a tenant's (${differences.join(', ')}): it was not touched.`;
  return reportIfUnchanged(context, row, { kind: 'key-foreign', outcome: 'reported', detail });
}

function reportInvalidRow(context: ReconcilerContext, { tenantId, attributes }: InvalidRow): void {
  const detail = `The row is not as it must be (${attributes.join(', ')}): it was not touched.`;
  context.findings.add({ kind: 'row-invalid', tenantId, outcome: 'reported', detail });
}
