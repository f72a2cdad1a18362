/**
 * How much of the account's KMS quotas the reconciler uses. Invariant: every attempt of every call waits for the rate
 * limit and is counted, also the SDK's own retries and the calls of the tenants' lifecycle.
 * KMS takes 5 changes a second in most cases (developer guide, "Request quotas"), of which one is left to the
 * control plane; of reads this is a tenth of the quota of those that are made for each tenant.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { KMSClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-kms';
import type { FinalizeRequestMiddleware } from '@smithy/types';

const readsPerSecond = 100;
const changesPerSecond = 4;

/** All others count as changes, also GetKeyLastUsage, which has a quota as small. */
const reads = new Set([
  'DescribeKey',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListAliases',
  'ListKeyRotations',
  'ListKeys',
  'ListResourceTags',
]);

/** @returns how often each operation was called from now on; it goes on counting */
export function limitKmsRate(
  kms: KMSClient,
  clock?: RateLimitClock,
): Readonly<Record<string, number>> {
  const read = rateLimit(readsPerSecond, clock);
  const change = rateLimit(changesPerSecond, clock);
  const calls: Record<string, number> = {};
  const limited: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, { commandName = '' }) =>
    async (args) => {
      const operation = commandName.replace(/Command$/, '');
      await (reads.has(operation) ? read() : change());
      calls[operation] = (calls[operation] ?? 0) + 1;
      return next(args);
    };
  // Inside of the SDK's retries, for each attempt; and before it is signed, since a signature expires.
  const place = { relation: 'after', toMiddleware: 'retryMiddleware' } as const;
  kms.middlewareStack.addRelativeTo(limited, { name: 'rateLimit', ...place });
  return calls;
}

export interface RateLimitClock {
  /** milliseconds since any moment */
  now(): number;
  wait(ms: number): Promise<unknown>;
}

const systemClock: RateLimitClock = { now: () => performance.now(), wait: (ms) => wait(ms) };

/**
 * A bucket of one token: what was not used in time is lost, since KMS counts by the second and would refuse calls
 * that come all at once after a pause.
 * @returns what to await before each call; waiting calls go on in the order in which they came
 */
export function rateLimit(
  perSecond: number,
  clock: RateLimitClock = systemClock,
): () => Promise<void> {
  const intervalMs = 1000 / perSecond;
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    const at = Math.max(next, now);
    next = at + intervalMs;
    if (at > now) await clock.wait(at - now);
  };
}
