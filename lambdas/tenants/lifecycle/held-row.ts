/** The row of a tenant that is being onboarded, as the holder of its lease last wrote it. */
import { keyNotReady } from '../../../contract/problem.ts';
import type { KmsClients } from '../keys/create-key.ts';
import type { TenantWork } from '../keys/key-state.ts';
import type { RowChange } from '../registry/registry.ts';
import type { TenantRow } from '../registry/tenant-row.ts';

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

/** What the holder of a lease works on: the row as it last wrote it. */
export interface HeldRow<Options extends RecoveryOptions = RecoveryOptions> {
  readonly options: Options;
  row: TenantRow;
}

/** @throws Problem 503 where another invocation holds the lease now, or the row is gone: it goes on from there */
export async function write(held: HeldRow, change: RowChange): Promise<void> {
  const row = await held.options.registry.change(held.row, change);
  if (row === undefined) throw keyNotReady(5);
  held.row = row;
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

/** @returns what the work does; where that fails, the lease is given up */
export async function releasedOnFailure<T>(held: HeldRow, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await release(held);
    throw error;
  }
}

/**
 * An environment may have been frozen since the row was written, and thaw with a lease that has run out.
 * @param reserveMs that what is asked of the store may take until the end
 * @throws Problem 503
 */
export function requireTime({ options }: HeldRow, reserveMs = 0): void {
  if (Date.now() > options.end - reserveMs) throw keyNotReady(5);
}

/** How a key store gets a tenant its key. Each of these writes what it finds and makes in the row. */
export interface KeyMaking {
  /** @returns whether the tenant has a key: the row names it, and it is the tenant's own, or it was found */
  recover(held: HeldRow): Promise<boolean>;
  make(held: HeldRow<OnboardingOptions>): Promise<void>;
  /** What a key needs besides, before its tenant is ACTIVE. May be repeated. */
  finish(held: HeldRow): Promise<void>;
}
