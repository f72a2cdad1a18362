/** What somebody has begun and not ended: onboardings, steps, and offboardings whose key is gone. */
import type { LifecycleOptions } from '../tenants/keys/key-state.ts';
import { goThroughAgain, eraseIfGone as toErased } from '../tenants/lifecycle/lifecycle.ts';
import { finishOnboarding } from '../tenants/lifecycle/onboarding.ts';
import { keyArnsOf } from '../tenants/registry/listing.ts';
import type { Intent } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import { attempt, type Run, turnInMs, workOf } from './context.ts';

/** A search for a key looks at every key of the account that no row names, 100 a second. */
const searchInMs = 300_000;

const lifecycleOf = (run: Run): LifecycleOptions => ({ ...workOf(run), kms: run.kms });

/** Finishes it where there is a key, known or found; else removes the row, and nothing is left of it. */
export async function endOnboarding(run: Run, row: TenantRow): Promise<void> {
  const { tenantId, keyArn } = row;
  const about = { kind: 'unfinished-onboarding', tenantId, keyArn } as const;
  const turn = row.keyRequestedAt === undefined ? turnInMs : searchInMs;
  const search = {
    ...workOf(run, turn),
    kms: run.kms,
    knownKeyArns: () => keyArnsOf(run.table, run.tableName),
    keyPolicyOf: (id: string) => JSON.stringify(run.keyPolicyOf(id)),
  };
  const done = await attempt(run, about, () => finishOnboarding(search, row));
  if (done === undefined) return;
  const detail =
    done === 'finished'
      ? 'An onboarding that was cut off is finished: the tenant is ACTIVE.'
      : 'An onboarding that was cut off before it had a key is removed.';
  run.findings.add({ ...about, outcome: 'repaired', detail });
}

/** @returns the row at the end of the step, undefined where it has not ended */
export async function endStep(
  run: Run,
  row: TenantRow,
  intent: Intent,
): Promise<TenantRow | undefined> {
  const { tenantId, keyArn } = row;
  const about = { kind: 'unfinished-step', tenantId, keyArn } as const;
  const done = await attempt(run, about, () => goThroughAgain(lifecycleOf(run), row, intent));
  if (done !== undefined) {
    const detail = `The step ${intent} was cut off and is ended: the tenant is ${done.status}.`;
    run.findings.add({ ...about, outcome: 'repaired', detail });
  }
  return done;
}

/** @param row of a tenant whose key KMS does not know */
export async function erase(run: Run, row: TenantRow): Promise<void> {
  const { tenantId, keyArn } = row;
  const about = { kind: 'key-erased', tenantId, keyArn } as const;
  const erased = await attempt(run, about, () => toErased(run, row));
  if (erased === undefined) return;
  const detail = 'KMS has deleted the key: the tenant is ERASED.';
  run.findings.add({ ...about, outcome: 'repaired', detail });
}

/**
 * Goes through the step again that a tenant's status came from, where the key does not show it.
 * @returns the row afterwards, undefined where it could not be done
 */
export async function enforce(
  run: Run,
  row: TenantRow,
  step: 'suspend' | 'offboard',
  state: string,
): Promise<TenantRow | undefined> {
  const { tenantId, keyArn, status } = row;
  const kind = step === 'suspend' ? 'key-enabled' : 'deletion-cancelled';
  const about = { kind, tenantId, keyArn } as const;
  const done = await attempt(run, about, () => goThroughAgain(lifecycleOf(run), row, step));
  if (done !== undefined) {
    const now = step === 'suspend' ? 'Disabled' : 'PendingDeletion';
    const detail = `The tenant is ${status} and the key was ${state}: it is ${now} again.`;
    run.findings.add({ ...about, outcome: 'repaired', detail });
  }
  return done;
}
