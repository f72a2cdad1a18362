import type { KeyAdministration } from '../../key-stores/key-administration.ts';
import { statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';

/**
 * Where the call finds no key, or is denied, the caller should hear whether the key is deleted.
 * @param call to the key store, about the tenant's key
 * @throws Problem 409 tenant-erased or, where the tenant was not offboarded, key-missing
 */
export async function explainMissingKey<T>(
  key: KeyAdministration,
  { status }: TenantRow,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!key.isUnseenBy(error)) throw error;
    // Where the store does not say whether the key is deleted either, the first error is the one that matters.
    const isDeleted = await key.isDeleted().catch(() => false);
    throw isDeleted ? statusRules[status].missingKey() : error;
  }
}
