/**
 * Makes a tenant and its key. Invariant: one tenant, one key, whoever asks how often and whatever is cut
 * off where.
 * Only who holds the lease in the row asks KMS for anything, and a lease outlives the invocation that took
 * it, so two never work on one tenant. Before KMS is asked for a key the row says so; if the ARN is then
 * never written down, the next holder looks for that key before it asks for another.
 */
import { isAccessDenied, isNamed, isThrottled } from '../aws/error.ts';
import { pause } from '../aws/retry.ts';
import { keyNotReady, tenantExists } from '../http/problem.ts';
import type { OnboardRequest } from './contract.ts';
import { createKey, finishKey, type Key, type KmsClients } from './key.ts';
import { keyByAlias, keyByTag, takeOver } from './lost-key.ts';
import type { Registry } from './registry.ts';
import type { TenantRow } from './row.ts';
import { refusalOfOnboarding } from './status.ts';

export interface OnboardingOptions extends KmsClients {
  readonly registry: Registry;
  /** unique to the invocation, and the registry's writer */
  readonly holder: string;
  /** ARNs of the keys that rows name */
  readonly knownKeyArns: () => Promise<ReadonlySet<string>>;
  /** of the tenant's key, as JSON */
  readonly keyPolicyOf: (tenantId: string) => string;
  /** days, where the request says nothing */
  readonly rotationPeriodInDays: number;
  /** epoch milliseconds by which the invocation ends, whatever it is doing */
  readonly end: number;
}

export interface Onboarded {
  readonly row: TenantRow;
  /** whether it was this call that made the tenant ACTIVE */
  readonly created: boolean;
}

/** How long before the end no more is begun, so that there is time to answer. */
const reserveInMs = 4000;
/** How much longer than the invocation a lease lasts: clocks differ, and KMS's lists lag behind. */
const leaseMarginInMs = 10_000;

/** @throws Problem 409 where the tenant is another or may not be onboarded, 503 where it took too long */
export async function onboard(
  options: OnboardingOptions,
  tenantId: string,
  request: OnboardRequest,
): Promise<Onboarded> {
  const { registry, end } = options;
  const fresh = newRow(options, tenantId, request);
  if (await registry.add(fresh)) {
    return finish(options, { ...fresh, writer: options.holder });
  }
  for (let attempt = 0; Date.now() < end - reserveInMs; attempt += 1) {
    const row = await registry.get(tenantId);
    if (row === undefined) throw keyNotReady(1);
    requireSame(row, request, options.rotationPeriodInDays);
    if (row.status === 'ACTIVE') return { row, created: false };
    const held = await takeLease(options, row);
    if (held !== undefined) return finish(options, held);
    await pause(attempt);
  }
  throw keyNotReady(5);
}

const newRow = (
  { holder, end, rotationPeriodInDays }: OnboardingOptions,
  tenantId: string,
  request: OnboardRequest,
): TenantRow => {
  const now = new Date().toISOString();
  return {
    tenantId,
    status: 'PROVISIONING',
    displayName: request.displayName,
    rotationPeriodInDays: request.rotationPeriodInDays ?? rotationPeriodInDays,
    rotationPeriodByDefault: request.rotationPeriodInDays === undefined,
    lease: { holder, expiresAt: end + leaseMarginInMs },
    createdAt: now,
    updatedAt: now,
    version: 1,
    writer: holder,
  };
};

/** The same request is the same again even if the configured period has changed in between. */
function requireSame(row: TenantRow, request: OnboardRequest, byDefault: number): void {
  const refusal = refusalOfOnboarding(row.status);
  if (refusal !== undefined) throw refusal;
  const leftOpen = request.rotationPeriodInDays === undefined && row.rotationPeriodByDefault;
  const samePeriod =
    leftOpen || row.rotationPeriodInDays === (request.rotationPeriodInDays ?? byDefault);
  if (!samePeriod || row.displayName !== request.displayName) throw tenantExists();
}

async function takeLease(
  { registry, holder, end }: OnboardingOptions,
  row: TenantRow,
): Promise<TenantRow | undefined> {
  if (row.lease !== undefined && row.lease.expiresAt > Date.now()) return undefined;
  return registry.change(row, { lease: { holder, expiresAt: end + leaseMarginInMs } });
}

/** @param row one whose lease this invocation holds */
async function finish(options: OnboardingOptions, row: TenantRow): Promise<Onboarded> {
  const work: Work = { options, row };
  try {
    const keyArn = await keyFor(work);
    const { tenantId, rotationPeriodInDays } = work.row;
    const until = options.end - reserveInMs;
    await finishKey(options, tenantId, keyArn, rotationPeriodInDays, until);
    await write(work, { status: 'ACTIVE', lease: null, keyRequestedAt: null });
    return { row: work.row, created: true };
  } catch (error) {
    await release(work);
    throw error;
  }
}

/** What the holder of a lease works on: the row as it last wrote it. */
interface Work {
  readonly options: OnboardingOptions;
  row: TenantRow;
}

async function write(work: Work, change: Parameters<Registry['change']>[1]): Promise<void> {
  const row = await work.options.registry.change(work.row, change);
  // Somebody else holds the lease now, or the row is gone: they go on from what is written.
  if (row === undefined) throw keyNotReady(5);
  work.row = row;
}

async function keyFor(work: Work): Promise<string> {
  if (work.row.keyArn !== undefined) return work.row.keyArn;
  const key = (await lostKey(work)) ?? (await newKey(work));
  await write(work, {
    keyArn: key.arn,
    keyCreatedAt: key.createdAt.toISOString(),
    keyRequestedAt: null,
  });
  return key.arn;
}

async function lostKey({ options, row }: Work): Promise<Key | undefined> {
  const { kms, end } = options;
  const { tenantId } = row;
  // Always by alias: it also finds the key of a tenant whose row was lost with the table.
  const found =
    (await keyByAlias(kms, tenantId)) ??
    (row.keyRequestedAt === undefined
      ? undefined
      : await keyByTag(kms, tenantId, await options.knownKeyArns(), end - reserveInMs));
  return found && takeOver(kms, found, options.keyPolicyOf(tenantId));
}

async function newKey(work: Work): Promise<Key> {
  const { options } = work;
  const { tenantId } = work.row;
  await write(work, { keyRequestedAt: new Date().toISOString() });
  // An environment that was frozen between the lines thaws with a lease that has run out.
  if (Date.now() > options.end) throw keyNotReady(5);
  try {
    return await createKey(
      options,
      tenantId,
      options.keyPolicyOf(tenantId),
      options.end - reserveInMs,
    );
  } catch (error) {
    // If this fails, the next one looks for a key that is not there, and no harm is done.
    if (madeNoKey(error)) await write(work, { keyRequestedAt: null }).catch(() => undefined);
    throw error;
  }
}

/** KMS has refused. Of a timeout, a lost connection or a 5xx nobody knows whether there is a key. */
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

/**
 * Lets the next one go on at once. Not where there may be a key that nobody knows: the lease then runs
 * out by itself, which gives KMS's lists the time to show that key.
 */
async function release({ row, options }: Work): Promise<void> {
  if (row.lease?.holder !== options.holder || row.keyRequestedAt !== undefined) return;
  // If this fails the lease runs out; the error that matters is the one that led here.
  await options.registry.change(row, { lease: null }).catch(() => undefined);
}
