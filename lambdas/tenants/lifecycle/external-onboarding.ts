/**
 * Onboards a tenant whose key is in an account of the tenant's own. Invariant: nothing is written before the key has passed the
 * challenge, and then the row at once, ACTIVE: an onboarding that is cut off, or refused, has left nothing behind. The key itself
 * is not ours to make, to change or to delete.
 */
import { keyNotReady } from '../../../contract/problem.ts';
import type { OnboardRequest } from '../../../contract/tenants.ts';
import { statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import { type ExternalKeyWork, provenKey } from './external-key.ts';
import { newRow, type OnboardedTenant, requireSame } from './onboarding.ts';

export interface ExternalOnboarding extends ExternalKeyWork {
  /** where the request has none */
  readonly rotationPeriodInDays: number;
}

/** @throws Problem 409 where the tenant is another; as {@link provenKey} does */
export async function onboardExternal(
  work: ExternalOnboarding,
  tenantId: string,
  request: OnboardRequest & { readonly keyArn: string },
): Promise<OnboardedTenant> {
  const known = await knownTenant(work, tenantId, request);
  if (known !== undefined) return { row: known, created: false };
  const key = await provenKey(work, tenantId, request.keyArn);
  const { keyArn: _, ...added } = newRow(work, tenantId, request);
  const row: TenantRow = { ...added, ...key, status: 'ACTIVE' };
  if (await work.registry.add(row)) return { row, created: true };
  const other = await knownTenant(work, tenantId, request);
  if (other === undefined) throw keyNotReady(1);
  return { row: other, created: false };
}

/** @throws Problem 409 for a tenant that is another; 503 for one that is still being onboarded */
async function knownTenant(
  { registry, rotationPeriodInDays }: ExternalOnboarding,
  tenantId: string,
  request: OnboardRequest,
): Promise<TenantRow | undefined> {
  const row = await registry.get(tenantId);
  if (row === undefined) return undefined;
  requireSame(row, request, rotationPeriodInDays);
  if (statusRules[row.status].onboarding !== 'done') throw keyNotReady(5);
  return row;
}
