/** What administers a tenant's key: chosen by the row, in this place alone. */
import { defaultKeyStore } from '../../../contract/key-stores.ts';
import type {
  KeyAdministration,
  KeyStoreAdministration,
} from '../../key-stores/key-administration.ts';
import { keyStoreOf, type TenantRow } from '../registry/tenant-row.ts';
import type { TenantWork } from './key-state.ts';
import { type KmsWork, kmsAdministration } from './kms-administration.ts';

/** @throws Error for a tenant that has no key yet; Problem 503 where its store cannot be asked */
export async function administrationOf(
  work: KmsWork & Pick<TenantWork, 'keyStores'>,
  row: TenantRow,
): Promise<KeyAdministration> {
  const store = await otherStoreOf(work, row);
  return store === undefined ? kmsAdministration(work, row) : store.keyOf(row, work.end);
}

/** @returns undefined for a tenant whose key is in KMS of this account */
export async function otherStoreOf(
  { keyStores }: Pick<TenantWork, 'keyStores'>,
  row: Pick<TenantRow, 'keyStore'>,
): Promise<KeyStoreAdministration | undefined> {
  const keyStore = keyStoreOf(row);
  return keyStore === defaultKeyStore ? undefined : keyStores(keyStore);
}
