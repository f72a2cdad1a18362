/**
 * What the reconciler takes of the account's KMS quotas. Invariant: every attempt of every call waits its turn,
 * those of the SDK's own retries and of the tenants' lifecycle included, and is counted.
 * Of changes KMS takes 5 a second in most cases (developer guide, "Request quotas"), of which one is left to
 * the control plane; of reads at least 100, a tenth of what it takes of those that are made for each tenant.
 */
import type { KMSClient, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-kms';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import { openPace } from './pace.ts';

const readsPerSecond = 100;
const changesPerSecond = 4;

/** All others count as changes: GetKeyLastUsage too, of which KMS takes as few. */
const reads = new Set([
  'DescribeKey',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListAliases',
  'ListKeyRotations',
  'ListKeys',
  'ListResourceTags',
]);

/** @returns how often each operation was called from now on, counted as it goes on */
export function withinQuota(kms: KMSClient): Readonly<Record<string, number>> {
  const read = openPace(readsPerSecond);
  const change = openPace(changesPerSecond);
  const calls: Record<string, number> = {};
  const inTurn: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, { commandName = '' }) =>
    async (args) => {
      const operation = commandName.replace(/Command$/, '');
      await (reads.has(operation) ? read() : change());
      calls[operation] = (calls[operation] ?? 0) + 1;
      return next(args);
    };
  // Inside of the SDK's retries, for each attempt; and before it is signed, since signatures get old.
  const place = { relation: 'after', toMiddleware: 'retryMiddleware' } as const;
  kms.middlewareStack.addRelativeTo(inTurn, { name: 'inTurn', ...place });
  return calls;
}
