/** Which tenants the page shows: those that were searched for, a page of them at a time. */
import { ControlError } from '../aws/control/control-endpoint.ts';
import type { KeyUse, RegisteredTenant } from './tenants.ts';

export interface Selection {
  /** a tenant is found whose id or display name has one of them, whatever the case; with none, every tenant */
  readonly words: readonly string[];
  /** outcome of the tenant's own use of its key; `fails` for all but `succeeds` */
  readonly use: string | undefined;
  /** from 1 */
  readonly page: number;
}

export interface Selected<T> {
  /** of those that were searched for */
  readonly matched: number;
  /** the one that was asked for, or the last */
  readonly page: number;
  readonly pages: number;
  /** place of the page's first tenant among the matched, from 1 */
  readonly first: number;
  readonly tenants: readonly T[];
}

export interface UsedTenant extends RegisteredTenant {
  readonly use: KeyUse;
}

/** A matrix of them has so many columns, and grows with their square. */
export const pageSize = 16;
const maxSearch = 200;

/** @throws ControlError */
export function readSelection(query: URLSearchParams): Selection {
  const search = query.get('search') ?? '';
  const page = query.get('page') ?? '1';
  if (search.length > maxSearch) {
    throw new ControlError(`search has more than ${maxSearch} characters.`);
  }
  if (!/^[1-9]\d{0,5}$/.test(page)) throw new ControlError('page must be a whole number from 1.');
  return {
    words: search.toLowerCase().split(/\s+/).filter(Boolean),
    use: query.get('use') || undefined,
    page: Number(page),
  };
}

/** @param tenants by tenant id */
export function select<T extends UsedTenant>(
  tenants: readonly T[],
  { words, use, page: wanted }: Selection,
): Selected<T> {
  const found = tenants.filter(
    (tenant) => hasOne(tenant, words) && (use === undefined || isUsed(tenant, use)),
  );
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const page = Math.min(wanted, pages);
  const before = (page - 1) * pageSize;
  const shown = found.slice(before, before + pageSize);
  return { matched: found.length, page, pages, first: before + 1, tenants: shown };
}

function hasOne({ tenantId, displayName = '' }: UsedTenant, words: readonly string[]): boolean {
  const text = `${tenantId}\n${displayName.toLowerCase()}`;
  return words.length === 0 || words.some((word) => text.includes(word));
}

const isUsed = (tenant: UsedTenant, use: string): boolean =>
  use === 'fails' ? tenant.use.outcome !== 'succeeds' : tenant.use.outcome === use;
