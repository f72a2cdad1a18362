/**
 * Reads of the registry, kept for a moment. Invariant: who asks goes by a read that was begun less than
 * `ttlMs` before he asked; so a tenant whose status has changed is used for no longer than that. Only what
 * lets a tenant's key be used is kept: a refusal is read anew, so that a new or resumed tenant is served at once.
 */
import { requestStats } from '../../observability/request-stats.ts';
import { refusalOfUse } from './status.ts';
import type { TenantRow } from './tenant-row.ts';

export type ReadTenant = (tenantId: string) => Promise<TenantRow | undefined>;

export interface RegistryCacheOptions {
  /** milliseconds; with 0 everybody reads for himself */
  readonly ttlMs: number;
  /** tenants; beyond it, the one asked for longest ago is dropped */
  readonly maxEntries?: number;
  /** epoch milliseconds; a monotonic clock may stand still while Lambda has the function frozen */
  readonly now?: () => number;
}

interface Read {
  readonly begunAt: number;
  readonly row: Promise<TenantRow | undefined>;
}

/** With tenant isolation mode there is one; without, the tenants used last, as in `session.ts`. */
const defaultMaxEntries = 500;

/**
 * @returns reads like `read`; those who ask for a tenant at once wait for one read
 * @throws RangeError for a time that is none
 */
export function registryCache(
  { ttlMs, maxEntries = defaultMaxEntries, now = Date.now }: RegistryCacheOptions,
  read: ReadTenant,
): ReadTenant {
  if (!(ttlMs >= 0)) throw new RangeError('ttlMs is a number of milliseconds');
  if (ttlMs === 0) return read;
  /** Last in the map is asked for last. */
  const reads = new Map<string, Read>();

  // From the future: then the clock was set back, and the age is not known.
  const isFresh = ({ begunAt }: Read) => now() >= begunAt && now() - begunAt < ttlMs;

  const begin = (tenantId: string): Read => {
    const begun: Read = { begunAt: now(), row: read(tenantId) };
    const drop = () => {
      if (reads.get(tenantId) === begun) reads.delete(tenantId);
    };
    begun.row.then((row) => {
      if (row === undefined || refusalOfUse(row.status) !== undefined) drop();
    }, drop);
    return begun;
  };

  return (tenantId) => {
    const last = reads.get(tenantId);
    const kept = last !== undefined && isFresh(last);
    requestStats()?.count(kept ? 'RegistryCacheHits' : 'RegistryCacheMisses');
    const current = kept ? last : begin(tenantId);
    reads.delete(tenantId);
    reads.set(tenantId, current);
    if (reads.size > maxEntries) reads.delete(reads.keys().next().value as string);
    return current.row;
  };
}
