/** A tenant's names. Invariant: what the tenant was onboarded with stays in the row, whatever its names are now. */
import type { TenantPatch } from '../../../contract/tenants.ts';
import { changeRow, type Work } from './lease.ts';
import { requireAllowed, statusRules } from './status.ts';
import { onboardedWithOf, type TenantRow } from './tenant-row.ts';

/** @throws Problem 404; 409 by the tenant's status, tenant-busy */
export const changeNames = (work: Work, tenantId: string, patch: TenantPatch): Promise<TenantRow> =>
  changeRow(work, tenantId, (row) => {
    requireAllowed(statusRules[row.status].nameChange);
    const names = Object.keys(patch) as (keyof TenantPatch)[];
    const isDone = names.every((name) => (row[name] ?? null) === patch[name]);
    return isDone ? undefined : { ...patch, onboardedWith: onboardedWithOf(row) };
  });
