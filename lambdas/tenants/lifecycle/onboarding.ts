/**
 * Makes a tenant and its key. Invariant: a tenant gets one key, however often it is asked for and wherever the work
 * is cut off. Only the holder of the lease in the row asks KMS for anything (`lease.ts`). Before KMS is asked for a
 * key the row says so; where the key's ARN is then never written down, the next holder searches for that key before
 * it asks for another.
 */
import { keyNotReady, tenantExists } from '../../../contract/problem.ts';
import type { OnboardRequest } from '../../../contract/tenants.ts';
import { isAccessDenied, isNamed, isThrottled } from '../../aws/errors.ts';
import { pause, retry } from '../../aws/retry.ts';
import {
  type CreatedKey,
  createKey,
  finishKey,
  isNotReadyYet,
  type KmsClients,
} from '../keys/create-key.ts';
import { findLostKey, requireFreeAlias } from '../keys/key-recovery.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { requireOwnKey } from '../keys/own-key.ts';
import { answerReserveMs, isLeased, leaseOf, throttledUntil } from '../registry/lease.ts';
import type { RowChange } from '../registry/registry.ts';
import { statusRules } from '../registry/status.ts';
import { onboardedWithOf, type TenantRow } from '../registry/tenant-row.ts';

/** What it takes to find a key that was made and never written down. */
export interface RecoveryOptions extends TenantWork {
  /** @returns ARNs of the keys that rows name */
  readonly knownKeyArns: () => Promise<ReadonlySet<string>>;
  readonly keyPolicyOf: (tenantId: string) => object;
  /** what the ARN of every key of this account and region begins with */
  readonly keyArnPrefix: string;
}

export interface OnboardingOptions extends RecoveryOptions, KmsClients {
  /** where the request has none */
  readonly rotationPeriodInDays: number;
}

export interface OnboardedTenant {
  readonly row: TenantRow;
  /** whether it was this call that made the tenant ACTIVE */
  readonly created: boolean;
}

/** What the holder of a lease works on: the row as it last wrote it. */
interface HeldRow<Options extends RecoveryOptions = RecoveryOptions> {
  readonly options: Options;
  row: TenantRow;
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
    return { row: await finish(held, () => ensureKey(held)), created: true };
  };
  const added = newRow(options, tenantId, request);
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
  try {
    const keyArn = await existingKey(held);
    if (keyArn === undefined) {
      return (await options.registry.remove(held.row)) ? 'removed' : undefined;
    }
    await finish(held, async () => keyArn);
    return 'finished';
  } catch (error) {
    await release(held);
    throw error;
  }
}

const newRow = (
  options: OnboardingOptions,
  tenantId: string,
  request: OnboardRequest,
): TenantRow => {
  const { holder, rotationPeriodInDays } = options;
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
    lease: leaseOf(options),
    createdAt: now,
    updatedAt: now,
    version: 1,
    writer: holder,
  };
};

/** The same request is the same again, whatever other routes, or the configured period, have changed in between. */
function requireSame(row: TenantRow, request: OnboardRequest, byDefault: number): void {
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
  ];
  if (differing.length > 0) throw tenantExists(differing.join(' and '));
}

async function takeLease(options: TenantWork, row: TenantRow): Promise<TenantRow | undefined> {
  if (isLeased(row)) return undefined;
  return options.registry.change(row, { lease: leaseOf(options) });
}

/** @throws Problem 503 where another invocation holds the lease now, or the row is gone: it goes on from there */
async function write(held: HeldRow, change: RowChange): Promise<void> {
  const row = await held.options.registry.change(held.row, change);
  if (row === undefined) throw keyNotReady(5);
  held.row = row;
}

async function finish(held: HeldRow, key: () => Promise<string>): Promise<TenantRow> {
  const { options } = held;
  try {
    const keyArn = await key();
    const { tenantId, rotationPeriodInDays } = held.row;
    const until = options.end - answerReserveMs;
    await finishKey(options.kms, tenantId, keyArn, rotationPeriodInDays, until);
    await write(held, { status: 'ACTIVE', lease: null, keyRequestedAt: null });
    return held.row;
  } catch (error) {
    await release(held);
    throw error;
  }
}

/**
 * Lets another invocation go on at once. Not where there may be a key that is not written down: the lease then runs
 * out by itself, which gives KMS's lists the time to show that key.
 */
async function release({ row, options }: HeldRow): Promise<void> {
  if (row.lease?.holder !== options.holder || row.keyRequestedAt !== undefined) return;
  // If this fails the lease runs out; the error that matters is the one that led here.
  await options.registry.change(row, { lease: null }).catch(() => undefined);
}

/** @returns the ARN of the tenant's key, which is made where there is none */
async function ensureKey(held: HeldRow<OnboardingOptions>): Promise<string> {
  return (await existingKey(held)) ?? writeKey(held, await makeKey(held));
}

/** @returns the ARN of the tenant's key, undefined where there is none */
async function existingKey(held: HeldRow): Promise<string | undefined> {
  const { keyArn } = held.row;
  if (keyArn !== undefined) {
    const { kms, end } = held.options;
    const patient = { when: isNotReadyYet, until: end - answerReserveMs };
    await retry(() => requireOwnKey(kms, held.row), patient);
    return keyArn;
  }
  const key = await recoverKey(held);
  return key && writeKey(held, key);
}

async function writeKey(held: HeldRow, { arn, createdAt }: CreatedKey): Promise<string> {
  await write(held, {
    keyArn: arn,
    keyCreatedAt: createdAt.toISOString(),
    keyRequestedAt: null,
  });
  return arn;
}

async function recoverKey({ options, row }: HeldRow): Promise<CreatedKey | undefined> {
  const { kms, end, keyArnPrefix } = options;
  const { tenantId, keyRequestedAt } = row;
  await requireFreeAlias(kms, tenantId);
  if (keyRequestedAt === undefined) return undefined;
  const policy = options.keyPolicyOf(tenantId);
  const lost = { tenantId, requestedAt: keyRequestedAt, policy, keyArnPrefix };
  return findLostKey(kms, lost, await options.knownKeyArns(), end - answerReserveMs);
}

async function makeKey(held: HeldRow<OnboardingOptions>): Promise<CreatedKey> {
  const { options } = held;
  const { tenantId } = held.row;
  await write(held, { keyRequestedAt: new Date().toISOString() });
  // An environment may have been frozen since the last line, and thaw with a lease that has run out.
  if (Date.now() > options.end) throw keyNotReady(5);
  const policy = JSON.stringify(options.keyPolicyOf(tenantId));
  try {
    return await createKey(options, tenantId, policy, throttledUntil(options));
  } catch (error) {
    // If this fails, the next holder searches for a key that is not there, which does no harm.
    if (madeNoKey(error)) await write(held, { keyRequestedAt: null }).catch(() => undefined);
    throw error;
  }
}

/** KMS has refused. After a timeout, a lost connection or a 5xx there may be a key. */
const madeNoKey = (error: unknown) =>
  isThrottled(error) ||
  isAccessDenied(error) ||
  isNamed(
    error,
    'LimitExceededException',
    'MalformedPolicyDocumentException',
    'TagException',
    'UnsupportedOperationException',
    'ValidationException',
  );
