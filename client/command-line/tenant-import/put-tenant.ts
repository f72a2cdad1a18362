/** One PUT, and what its answer means for the row and for the run. */
import { isRepeatable } from '../../http/retries.ts';
import {
  AccessError,
  type CallOptions,
  ProblemError,
  TenantKeys,
  type TenantKeysOptions,
  UnavailableError,
} from '../../tenant-keys.ts';
import type { TenantLine } from './tenant-list.ts';

export type PutResult =
  /** the tenant exists */
  | { readonly kind: 'created' | 'existing' }
  /** the API does not take this row */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** worth another try */
  | {
      readonly kind: 'again';
      readonly error: unknown;
      /** whether all rows must slow down */
      readonly isThrottled: boolean;
      readonly retryAfterMs: number;
    };

/** @throws what the API would answer to every row: no access, no token, another server */
export type PutTenant = (tenant: TenantLine, options: CallOptions) => Promise<PutResult>;

const longestRetryAfterMs = 5 * 60_000;

export function tenantPut(settings: TenantKeysOptions): PutTenant {
  const statuses = new Map<string | undefined, number>();
  const keys = new TenantKeys({
    ...settings,
    // The run itself sends again, since a row that is throttled slows all others down.
    maxAttempts: 1,
    onAnswer: ({ tenantId, status }) => statuses.set(tenantId, status),
  });
  return async ({ tenantId, request }, options) => {
    try {
      await keys.tenants.onboard(tenantId, request, options);
      return { kind: statuses.get(tenantId) === 201 ? 'created' : 'existing' };
    } catch (error) {
      if (options.signal?.aborted) throw error;
      return resultOf(error);
    } finally {
      statuses.delete(tenantId);
    }
  };
}

function resultOf(error: unknown): PutResult {
  const { status = 0, retryAfterMs = 0 } = error as Partial<ProblemError>;
  // docs/api.md, "Coming again": a PUT does no harm the second time, and after a 500 it may help.
  if (isRepeatable(error) || status >= 500) {
    // That a key is not ready or a tenant is busy says nothing about KMS's quotas.
    const isThrottled =
      error instanceof UnavailableError &&
      error.code !== 'key-not-ready' &&
      error.code !== 'tenant-busy';
    const waitMs = Math.min(retryAfterMs, longestRetryAfterMs);
    return { kind: 'again', error, isThrottled, retryAfterMs: waitMs };
  }
  const isOfRow = error instanceof ProblemError && !(error instanceof AccessError);
  if (isOfRow && status !== 404) return { kind: 'failed', error };
  throw error;
}
