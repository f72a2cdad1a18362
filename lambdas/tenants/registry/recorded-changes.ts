/** A registry whose writes are in the request's log line, as the API shows the tenant: what was, and what is. */
import type { TenantMembers } from '../../../contract/audit.ts';
import { requestStats } from '../../observability/request-stats.ts';
import type { Registry } from './registry.ts';
import { type TenantRow, tenantOf } from './tenant-row.ts';

export const recordedChanges = (registry: Registry): Registry => ({
  ...registry,
  async add(row) {
    const added = await registry.add(row);
    if (added) requestStats()?.changeTenant(undefined, membersOf(row));
    return added;
  },
  async change(row, change) {
    const next = await registry.change(row, change);
    if (next !== undefined) requestStats()?.changeTenant(membersOf(row), membersOf(next));
    return next;
  },
});

function membersOf(row: TenantRow): TenantMembers {
  const { tenantId, createdAt, updatedAt, ...members } = tenantOf(row);
  return members;
}
