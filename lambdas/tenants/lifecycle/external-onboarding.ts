/**
 * Onboards a tenant whose key is in an account of the tenant's own. Invariant: nothing is written before the key has passed the
 * challenge, and then the row at once, ACTIVE: an onboarding that is cut off, or refused, has left nothing behind. The key itself
 * is not ours to make, to change or to delete.
 */
import { keyArnParts } from '../../../contract/external-account.ts';
import { type ChallengeCheck, withRemedy } from '../../../contract/external-challenge.ts';
import { badRequest, externalKeyRefused, keyNotReady } from '../../../contract/problem.ts';
import type { OnboardRequest } from '../../../contract/tenants.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import { newRow, type OnboardedTenant, requireSame } from './onboarding.ts';

export interface ExternalOnboarding extends TenantWork {
  /** where the request has none */
  readonly rotationPeriodInDays: number;
  readonly partition: string;
  readonly region: string;
  /** ids of those in which tenants may have keys, our own not among them */
  readonly accounts: readonly string[];
  /** @returns ARNs of the keys that rows name */
  readonly knownKeyArns: () => Promise<ReadonlySet<string>>;
  readonly challenge: (keyArn: string) => Promise<{
    readonly failed: readonly ChallengeCheck[];
    readonly keyCreatedAt: string | undefined;
  }>;
}

/** @throws Problem 400 for a key elsewhere, 409 where the key is refused or the tenant is another, 503 where nobody can say */
export async function onboardExternal(
  work: ExternalOnboarding,
  tenantId: string,
  request: OnboardRequest & { readonly keyArn: string },
): Promise<OnboardedTenant> {
  const known = await knownTenant(work, tenantId, request);
  if (known !== undefined) return { row: known, created: false };
  const { keyArn } = request;
  requireElsewhere(keyArn, work);
  // Its events would be of two tenants, and each could use what is the other's.
  if ((await work.knownKeyArns()).has(keyArn))
    throw badRequest('keyArn: is the key of another tenant, or was; each tenant needs its own');
  const { failed, keyCreatedAt } = await work.challenge(keyArn);
  if (failed.length > 0) throw externalKeyRefused(failed.map(withRemedy).join('; '));
  if (Date.now() > work.end) throw keyNotReady(5);
  const row: TenantRow = {
    ...newRow(work, tenantId, request),
    status: 'ACTIVE',
    ...(keyCreatedAt !== undefined && { keyCreatedAt }),
  };
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

/** A message names the key by its ARN, and functions ask KMS of their own region. */
function requireElsewhere(
  keyArn: string,
  { partition, region, accounts }: Pick<ExternalOnboarding, 'partition' | 'region' | 'accounts'>,
): void {
  const key = keyArnParts(keyArn);
  if (key?.partition !== partition || key.region !== region)
    throw badRequest(`keyArn: must be of a key in ${region}, the region of the API`);
  if (!accounts.includes(key.accountId))
    throw badRequest(
      'keyArn: must be of a key in an account that the stack is configured with; GET /key-stores lists them',
    );
}
