/**
 * Makes a tenant and its key. Invariant: one tenant, one key, whoever asks how often and whatever is cut
 * off where: only who holds the lease in the row asks KMS for anything (`lease.ts`), and a key whose ARN was
 * never written down is looked for before another is asked for (`onboarding-key.ts`).
 */

import { keyNotReady, tenantExists } from '../../../contract/problem.ts';
import type { OnboardRequest } from '../../../contract/tenants.ts';
import { pause } from '../../aws/retry.ts';
import {
  foundKey,
  type KeySearch,
  keyFor,
  type Progress,
  write,
} from '../../tenant/onboarding-key.ts';
import { finishKey, type KmsClients } from '../keys/create-key.ts';
import { isLeased, leaseOf, reserveInMs, type Work } from '../registry/lease.ts';
import { statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';

export interface OnboardingOptions extends KeySearch, KmsClients {
  /** days, where the request says nothing */
  readonly rotationPeriodInDays: number;
}

export interface Onboarded {
  readonly row: TenantRow;
  /** whether it was this call that made the tenant ACTIVE */
  readonly created: boolean;
}

/** @throws Problem 409 where the tenant is another or may not be onboarded, 503 where it took too long */
export async function onboard(
  options: OnboardingOptions,
  tenantId: string,
  request: OnboardRequest,
): Promise<Onboarded> {
  const { registry, end } = options;
  const fresh = newRow(options, tenantId, request);
  if (await registry.add(fresh)) {
    const work = { options, row: { ...fresh, writer: options.holder } };
    return { row: await finish(work, () => keyFor(options, work)), created: true };
  }
  for (let attempt = 0; Date.now() < end - reserveInMs; attempt += 1) {
    const row = await registry.get(tenantId);
    if (row === undefined) throw keyNotReady(1);
    requireSame(row, request, options.rotationPeriodInDays);
    if (statusRules[row.status].onboarding === 'done') return { row, created: false };
    const held = await takeLease(options, row);
    if (held !== undefined) {
      const work = { options, row: held };
      return { row: await finish(work, () => keyFor(options, work)), created: true };
    }
    await pause(attempt);
  }
  throw keyNotReady(5);
}

const newRow = (
  options: OnboardingOptions,
  tenantId: string,
  request: OnboardRequest,
): TenantRow => {
  const { holder, rotationPeriodInDays } = options;
  const now = new Date().toISOString();
  return {
    tenantId,
    status: 'PROVISIONING',
    displayName: request.displayName,
    rotationPeriodInDays: request.rotationPeriodInDays ?? rotationPeriodInDays,
    rotationPeriodByDefault: request.rotationPeriodInDays === undefined,
    lease: leaseOf(options),
    createdAt: now,
    updatedAt: now,
    version: 1,
    writer: holder,
  };
};

/** The same request is the same again even if the configured period has changed in between. */
function requireSame(row: TenantRow, request: OnboardRequest, byDefault: number): void {
  const { onboarding } = statusRules[row.status];
  if (typeof onboarding === 'function') throw onboarding();
  const leftOpen = request.rotationPeriodInDays === undefined && row.rotationPeriodByDefault;
  const samePeriod =
    leftOpen || row.rotationPeriodInDays === (request.rotationPeriodInDays ?? byDefault);
  if (!samePeriod || row.displayName !== request.displayName) throw tenantExists();
}

async function takeLease(options: Work, row: TenantRow): Promise<TenantRow | undefined> {
  if (isLeased(row)) return undefined;
  return options.registry.change(row, { lease: leaseOf(options) });
}

/**
 * For the reconciler: goes on with an onboarding that nobody is at work on, but makes no key.
 * @param row as it was read, PROVISIONING
 * @returns what became of the row; undefined, and nothing was done, where somebody else is at work or has
 *   changed it
 * @throws Problem 409 alias-taken, 503 where the search for a key took too long
 */
export async function finishOnboarding(
  options: KeySearch,
  row: TenantRow,
): Promise<'finished' | 'removed' | undefined> {
  const held = await takeLease(options, row);
  if (held === undefined) return undefined;
  const work: Progress = { options, row: held };
  try {
    const keyArn = await foundKey(work);
    if (keyArn === undefined)
      return (await options.registry.remove(work.row)) ? 'removed' : undefined;
    await finish(work, async () => keyArn);
    return 'finished';
  } catch (error) {
    await release(work);
    throw error;
  }
}

async function finish(work: Progress, key: () => Promise<string>): Promise<TenantRow> {
  const { options } = work;
  try {
    const keyArn = await key();
    const { tenantId, rotationPeriodInDays } = work.row;
    const until = options.end - reserveInMs;
    await finishKey(options.kms, tenantId, keyArn, rotationPeriodInDays, until);
    await write(work, { status: 'ACTIVE', lease: null, keyRequestedAt: null });
    return work.row;
  } catch (error) {
    await release(work);
    throw error;
  }
}

/**
 * Lets the next one go on at once. Not where there may be a key that nobody knows: the lease then runs
 * out by itself, which gives KMS's lists the time to show that key.
 */
async function release({ row, options }: Progress): Promise<void> {
  if (row.lease?.holder !== options.holder || row.keyRequestedAt !== undefined) return;
  // If this fails the lease runs out; the error that matters is the one that led here.
  await options.registry.change(row, { lease: null }).catch(() => undefined);
}
