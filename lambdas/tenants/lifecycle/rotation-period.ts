/** The period of the automatic rotations. Invariant: a new one is in the row before the key store is asked for it. */
import { keyAdministeredByTenant } from '../../../contract/problem.ts';
import { administrationOf } from '../keys/administration.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { workOn } from '../registry/lease.ts';
import { rowOfPrevious } from '../registry/other-keys.ts';
import { requireAllowed, statusRules } from '../registry/status.ts';
import { keyStoreOf, onboardedWithOf, type TenantRow } from '../registry/tenant-row.ts';
import { explainMissingKey } from './missing-key.ts';

/** @throws Problem 404; 409 by the tenant's status, since KMS refuses it for a key that is disabled */
export const setRotationPeriod = (
  work: TenantWork,
  tenantId: string,
  rotationPeriodInDays: number,
): Promise<TenantRow> =>
  workOn(work, tenantId, {
    isDone(row) {
      requireAllowed(statusRules[row.status].keyChange);
      if (keyStoreOf(row) === 'aws-kms-external') throw keyAdministeredByTenant();
      // KMS is asked even where the row has the period already: an earlier attempt may not have reached it.
      return false;
    },
    begin: (row) => ({
      rotationPeriodInDays,
      rotationPeriodByDefault: false,
      onboardedWith: onboardedWithOf(row),
    }),
    async act(row) {
      await setPeriod(work, row);
      if (hasLivingPrevious(row)) await setPeriod(work, rowOfPrevious(row));
      return {};
    },
  });

/** That of a tenant's own account is rotated there. */
const hasLivingPrevious = ({ previousKey }: TenantRow): boolean =>
  previousKey !== undefined &&
  previousKey.status === undefined &&
  previousKey.keyStore !== 'aws-kms-external';

async function setPeriod(work: TenantWork, row: TenantRow): Promise<void> {
  const key = await administrationOf(work, row);
  await explainMissingKey(key, row, async () => {
    await key.requireOwn();
    await key.setRotationPeriod(row.rotationPeriodInDays);
  });
}
