/** Finishes what was cut off: onboardings, transitions, rotations, and offboardings whose key is deleted by now. */
import type { RecoveryOptions } from '../tenants/lifecycle/held-row.ts';
import { eraseIfKeyIsDeleted, resumeTransition } from '../tenants/lifecycle/lifecycle.ts';
import { finishOnboarding } from '../tenants/lifecycle/onboarding.ts';
import { ageMs, settleRotation } from '../tenants/lifecycle/rotation-outcome.ts';
import { keyArnsOf } from '../tenants/registry/listing.ts';
import { type Intent, statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import {
  attemptOrReport,
  type ReconcilerContext,
  reportIfUnchanged,
  tenantRepairMs,
  tenantWork,
} from './context.ts';
import type { ObservedKey } from './observe-key.ts';

/** A search for a key looks at every key of the account that no row names, 100 a second. */
const searchMs = 300_000;

/** @param keyRequestedAt of a key that may have to be searched for */
export const recoveryOptions = (
  context: ReconcilerContext,
  keyRequestedAt: string | undefined,
): RecoveryOptions => ({
  ...tenantWork(context, keyRequestedAt === undefined ? tenantRepairMs : searchMs),
  knownKeyArns: () => keyArnsOf(context.table, context.tableName),
  keyPolicyOf: context.keyPolicyOf,
  keyArnPrefix: context.keyArnPrefix,
});

/** Finishes it where there is a key, in the row or found; else removes the row, and nothing is left of it. */
export async function finishOnboardingOf(
  context: ReconcilerContext,
  row: TenantRow,
): Promise<void> {
  const { tenantId, keyArn } = row;
  const subject = { kind: 'unfinished-onboarding', tenantId, keyArn } as const;
  const options = recoveryOptions(context, row.keyRequestedAt);
  const done = await attemptOrReport(context, subject, () => finishOnboarding(options, row));
  if (done === undefined) return;
  const detail =
    done === 'finished'
      ? 'An onboarding that was cut off is finished: the tenant is ACTIVE.'
      : 'An onboarding that was cut off before it had a key is removed.';
  context.findings.add({ ...subject, outcome: 'repaired', detail });
}

/** @returns the row at the end of the transition, undefined where it is not finished */
export async function finishTransitionOf(
  context: ReconcilerContext,
  row: TenantRow,
  intent: Intent,
): Promise<TenantRow | undefined> {
  const { tenantId, keyArn } = row;
  const subject = { kind: 'unfinished-step', tenantId, keyArn } as const;
  const resume = () => resumeTransition(tenantWork(context), row, intent);
  const done = await attemptOrReport(context, subject, resume);
  if (done !== undefined) {
    const detail = `The step ${intent} was cut off and is ended: the tenant is ${done.status}.`;
    context.findings.add({ ...subject, outcome: 'repaired', detail });
  }
  return done;
}

/** An on-demand rotation takes minutes on AWS; KMS documents no limit. */
const longestRotationMs = 24 * 3_600_000;

/**
 * Writes down how a rotation ended whose outcome the row does not have, and reports one that does not end. None is
 * asked for: the reconciler may not rotate keys.
 * @returns the row afterwards
 */
export async function settleRotationOf(
  context: ReconcilerContext,
  row: TenantRow,
  { currentKeyMaterialId }: Pick<ObservedKey, 'currentKeyMaterialId'>,
): Promise<TenantRow> {
  const { tenantId, keyArn, rotation } = row;
  if (rotation === undefined) return row;
  const subject = { kind: 'on-demand-rotation', tenantId, keyArn } as const;
  const settled = await attemptOrReport(context, subject, () => settleRotation(context, row));
  if (settled !== undefined) {
    const detail =
      settled.rotation === undefined
        ? `The key store does not rotate the key, as it was to be asked at ${rotation.requestedAt}.`
        : `The key store rotates the key, or has done so, as it was asked at ${rotation.requestedAt}.`;
    context.findings.add({ ...subject, outcome: 'repaired', detail });
    return settled;
  }
  const isStillCurrent = currentKeyMaterialId === rotation.supersededKeyMaterialId;
  if (rotation.state === 'accepted' && isStillCurrent && ageMs(rotation) > longestRotationMs) {
    const detail = `KMS accepted a rotation at ${rotation.requestedAt}, and the old material is current still.`;
    await reportIfUnchanged(context, row, { ...subject, outcome: 'reported', detail });
  }
  return row;
}

/** @param row of a tenant whose key KMS does not know */
export async function eraseTenant(context: ReconcilerContext, row: TenantRow): Promise<void> {
  const { tenantId, keyArn } = row;
  const subject = { kind: 'key-erased', tenantId, keyArn } as const;
  const erased = await attemptOrReport(context, subject, () => eraseIfKeyIsDeleted(context, row));
  if (erased === undefined) return;
  const detail = `KMS has deleted the key: ${endOf(erased)}.`;
  context.findings.add({ ...subject, outcome: 'repaired', detail });
}

/** @param row after the end of a key, of the tenant or of one of its keys */
export const endOf = ({ status }: TenantRow): string =>
  statusRules[status].keyDeletion === 'done' ? 'the tenant is ERASED' : 'the tenant has another';

/** What the key is after each of the transitions, and the finding that it was not. */
const enforced = {
  suspend: { kind: 'key-enabled', state: 'Disabled' },
  offboard: { kind: 'deletion-cancelled', state: 'PendingDeletion' },
} as const;

/**
 * Repeats the transition that led to the tenant's status, where the key does not show that status.
 * @param state the key's
 * @returns the row afterwards, undefined where it could not be done
 */
export async function enforceStatus(
  context: ReconcilerContext,
  row: TenantRow,
  intent: keyof typeof enforced,
  state: string,
): Promise<TenantRow | undefined> {
  const { tenantId, keyArn, status } = row;
  const { kind, state: stateAfter } = enforced[intent];
  const subject = { kind, tenantId, keyArn };
  const repeat = () => resumeTransition(tenantWork(context), row, intent);
  const done = await attemptOrReport(context, subject, repeat);
  if (done !== undefined) {
    const detail = `The tenant is ${status} and the key was ${state}: it is ${stateAfter} again.`;
    context.findings.add({ ...subject, outcome: 'repaired', detail });
  }
  return done;
}
