/**
 * Reads of the registry, kept for a moment. Invariant: a request relies on a read that was begun less than
 * `ttlMs` before; so a tenant whose status has changed is used for no longer than that. Only what lets a
 * tenant's key be used is kept: after a refusal the row is read again, so that a new or resumed tenant is served at
 * once.
 */
import { readCache } from '../../caching/read-cache.ts';
import { requestStats } from '../../observability/request-stats.ts';
import { allowed, statusRules } from './status.ts';
import type { TenantRow } from './tenant-row.ts';

export type ReadTenant = () => Promise<TenantRow | undefined>;

/**
 * @param read the row, with the right of who asks for it
 * @param age `fresh`: not what was read before, since something else says that it no longer holds
 */
export type CachedTenant = (
  tenantId: string,
  read: ReadTenant,
  age?: 'fresh',
) => ReturnType<ReadTenant>;

export interface RegistryCacheOptions {
  /** with 0 each request reads the row itself */
  readonly ttlMs: number;
  /** tenants; beyond it, the one asked for longest ago is dropped */
  readonly maxEntries?: number;
  /** epoch milliseconds; a monotonic clock may stand still while Lambda has the function frozen */
  readonly now?: () => number;
}

/** With tenant isolation mode there is one; without, the tenants used last, as many as have sessions. */
const defaultMaxEntries = 500;

/**
 * @returns reads by the given function; requests for one tenant at the same time wait for one read
 * @throws RangeError for a time that is none
 */
export function registryCache({
  ttlMs,
  maxEntries = defaultMaxEntries,
  now = Date.now,
}: RegistryCacheOptions): CachedTenant {
  if (!(ttlMs >= 0)) throw new RangeError('ttlMs is a number of milliseconds');
  if (ttlMs === 0) return (_tenantId, read) => read();
  const reads = readCache<TenantRow | undefined>({
    ttlMs,
    maxEntries,
    now,
    isKept: (row) => row !== undefined && statusRules[row.status].use === allowed,
  });

  return (tenantId, read, age) => {
    const last = age === 'fresh' ? undefined : reads.get(tenantId);
    requestStats()?.count(last === undefined ? 'RegistryCacheMisses' : 'RegistryCacheHits');
    return last ?? reads.begin(tenantId, read);
  };
}
