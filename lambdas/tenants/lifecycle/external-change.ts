/**
 * The change to a key in an account of the tenant's own. Invariant: nothing is written before the key has passed the challenge, and
 * then one write makes it the tenant's and the other the key before: a change that is cut off, or refused, has left nothing behind.
 */
import { tenantNotFound } from '../../../contract/problem.ts';
import { changeRow } from '../registry/lease.ts';
import { turnedBack, turnedToNext } from '../registry/other-keys.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import { type ExternalKeyWork, provenKey } from './external-key.ts';
import { hasWantedKey } from './key-store-change.ts';

/**
 * @returns the row once the tenant's key is this one; at once where it is already
 * @throws Problem as `changeKeyStore` and {@link provenKey} do
 */
export async function changeToExternal(
  work: ExternalKeyWork,
  tenantId: string,
  keyArn: string,
): Promise<TenantRow> {
  const wanted = { keyStore: 'aws-kms-external', keyName: keyArn } as const;
  const found = await work.registry.get(tenantId);
  if (found === undefined) throw tenantNotFound();
  if (hasWantedKey(found, wanted)) return found;
  const key = await provenKey(work, tenantId, keyArn);
  const requestedAt = new Date().toISOString();
  return changeRow(work, tenantId, (row) => {
    if (hasWantedKey(row, wanted)) return undefined;
    if (row.previousKey !== undefined) return turnedBack(row);
    return turnedToNext({ ...row, nextKey: { ...key, requestedAt } });
  });
}
