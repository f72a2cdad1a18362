/**
 * What a run looks at between two that look at everything: whether a tenant calls for a closer look. Invariant: what
 * could give use of a key to somebody, or give it back, is seen in every run: the key's policy, and the state of a key
 * that must not be usable. For a tenant who may use the key that is one call to KMS.
 */
import { isDeepStrictEqual } from 'node:util';
import { describeKey, lookUpKey, policyOf } from '../aws/kms-keys.ts';
import type { FoundRow } from '../tenants/registry/scan.ts';
import { allowed, statusRules } from '../tenants/registry/status.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import type { ReconcilerContext } from './context.ts';
import { hasAlias, observeKey } from './observe-key.ts';
import { lookAtTenant, type ObservedTenant } from './reconcile-tenant.ts';

/** @returns the tenant without a key where everything that was looked at is as it must be */
export const glanceAtTenant = (
  context: ReconcilerContext,
  found: FoundRow,
): Promise<ObservedTenant> =>
  lookAtTenant(context, found, async (row, keyArn) => {
    const isFine = isPlain(context, row, keyArn) && (await isGuarded(context, row, keyArn));
    return isFine ? undefined : observeKey(context, row.tenantId, keyArn);
  });

/** By the row and the lists of keys and aliases: nothing is unfinished, and the key is the tenant's alone and named. */
function isPlain(context: ReconcilerContext, row: TenantRow, keyArn: string): boolean {
  const { onboarding, alias } = statusRules[row.status];
  const isUnfinished =
    onboarding === 'unfinished' || row.intent !== undefined || row.rotation?.state === 'requested';
  return (
    !isUnfinished &&
    context.keyArns.has(keyArn) &&
    !context.sharedKeys.has(keyArn) &&
    (alias === 'given up' || hasAlias(context, row.tenantId, keyArn))
  );
}

/** A key that may not be read, or is gone by now, is for the closer look. */
async function isGuarded(
  { kms, keyPolicyOf }: ReconcilerContext,
  { tenantId, status }: TenantRow,
  keyArn: string,
): Promise<boolean> {
  const policy = await lookUpKey(policyOf(kms, keyArn));
  if (policy.is !== 'found' || !isDeepStrictEqual(policy.value, keyPolicyOf(tenantId)))
    return false;
  const { use, keyState } = statusRules[status];
  if (use === allowed || keyState === 'not compared') return true;
  const key = await lookUpKey(describeKey(kms, keyArn));
  return key.is === 'found' && keyState.drift(key.value.KeyState ?? 'Unavailable') === 'none';
}
