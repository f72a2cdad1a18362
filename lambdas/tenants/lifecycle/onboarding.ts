/**
 * Makes a tenant and its key. Invariant: a tenant gets one key, however often it is asked for and wherever the work
 * is cut off. Only the holder of the lease in the row asks a key store for anything (`lease.ts`). Before it is asked
 * for a key the row says so; where the key is then never written down, the next holder looks for that one before it
 * asks for another.
 */
import { keyNotReady, tenantExists } from '../../../contract/problem.ts';
import type { OnboardRequest } from '../../../contract/tenants.ts';
import { pause } from '../../aws/retry.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { answerReserveMs, isLeased, leaseOf } from '../registry/lease.ts';
import { statusRules } from '../registry/status.ts';
import { keyStoreOf, onboardedWithOf, type TenantRow } from '../registry/tenant-row.ts';
import {
  type HeldRow,
  type KeyMaking,
  type OnboardingOptions,
  type RecoveryOptions,
  releasedOnFailure,
  write,
} from './held-row.ts';
import { keyMakingOf } from './key-making.ts';

export interface OnboardedTenant {
  readonly row: TenantRow;
  /** whether it was this call that made the tenant ACTIVE */
  readonly created: boolean;
}

/** @throws Problem 409 where the tenant is another or may not be onboarded, 503 where it took too long */
export async function onboard(
  options: OnboardingOptions,
  tenantId: string,
  request: OnboardRequest,
): Promise<OnboardedTenant> {
  const { registry, end, holder } = options;
  const onboardRow = async (row: TenantRow) => {
    const held = { options, row };
    await releasedOnFailure(held, async () => {
      const keys = await keyMakingOf(options, row);
      if (!(await keys.recover(held))) await keys.make(held);
      await finish(held, keys);
    });
    return { row: held.row, created: true };
  };
  const added = { ...newRow(options, tenantId, request), lease: leaseOf(options) };
  if (await registry.add(added)) return onboardRow({ ...added, writer: holder });
  for (let attempt = 0; Date.now() < end - answerReserveMs; attempt += 1) {
    const row = await registry.get(tenantId);
    if (row === undefined) throw keyNotReady(1);
    requireSame(row, request, options.rotationPeriodInDays);
    if (statusRules[row.status].onboarding === 'done') return { row, created: false };
    const leased = await takeLease(options, row);
    if (leased !== undefined) return onboardRow(leased);
    await pause(attempt);
  }
  throw keyNotReady(5);
}

/**
 * For the reconciler: goes on with an onboarding on which no other invocation is at work, but makes no key.
 * @param row as it was read, PROVISIONING
 * @returns what became of the row; undefined, and nothing was done, where another invocation is at work or has
 *   changed it
 * @throws Problem 409 alias-taken, 503 where the search for a key took too long
 */
export async function finishOnboarding(
  options: RecoveryOptions,
  row: TenantRow,
): Promise<'finished' | 'removed' | undefined> {
  const leased = await takeLease(options, row);
  if (leased === undefined) return undefined;
  const held: HeldRow = { options, row: leased };
  return releasedOnFailure(held, async () => {
    const keys = await keyMakingOf(options, leased);
    if (!(await keys.recover(held))) {
      return (await options.registry.remove(held.row)) ? 'removed' : undefined;
    }
    await finish(held, keys);
    return 'finished';
  });
}

/** Without a key and a lease. */
export function newRow(
  { holder, rotationPeriodInDays }: Pick<OnboardingOptions, 'holder' | 'rotationPeriodInDays'>,
  tenantId: string,
  request: OnboardRequest,
): TenantRow {
  const now = new Date().toISOString();
  const onboardedWith = {
    ...request,
    rotationPeriodInDays: request.rotationPeriodInDays ?? rotationPeriodInDays,
    rotationPeriodByDefault: request.rotationPeriodInDays === undefined,
  };
  return {
    tenantId,
    status: 'PROVISIONING',
    ...onboardedWith,
    onboardedWith,
    createdAt: now,
    updatedAt: now,
    version: 1,
    writer: holder,
  };
}

/**
 * The same request is the same again, whatever other routes, or the configured period, have changed in between.
 * @throws Problem 409
 */
export function requireSame(row: TenantRow, request: OnboardRequest, byDefault: number): void {
  const { onboarding } = statusRules[row.status];
  if (typeof onboarding === 'function') throw onboarding();
  const first = onboardedWithOf(row);
  const leftOpen = request.rotationPeriodInDays === undefined && first.rotationPeriodByDefault;
  const samePeriod =
    leftOpen || first.rotationPeriodInDays === (request.rotationPeriodInDays ?? byDefault);
  const differing = [
    ...(first.displayName === request.displayName ? [] : ['displayName']),
    ...(first.legalName === request.legalName ? [] : ['legalName']),
    ...(samePeriod ? [] : ['rotationPeriodInDays']),
    ...(keyStoreOf(first) === keyStoreOf(request) ? [] : ['keyStore']),
    ...(first.keyArn === request.keyArn ? [] : ['keyArn']),
  ];
  if (differing.length > 0) throw tenantExists(differing.join(' and '));
}

async function takeLease(options: TenantWork, row: TenantRow): Promise<TenantRow | undefined> {
  if (isLeased(row)) return undefined;
  return options.registry.change(row, { lease: leaseOf(options) });
}

async function finish(held: HeldRow, keys: KeyMaking): Promise<void> {
  await keys.finish(held);
  await write(held, { status: 'ACTIVE', lease: null, keyRequestedAt: null });
}
