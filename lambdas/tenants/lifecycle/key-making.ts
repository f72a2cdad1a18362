/** How a tenant gets its key, chosen by the row. */
import { otherStoreOf } from '../keys/administration.ts';
import type { TenantWork } from '../keys/key-state.ts';
import { keyStoreOf, type TenantRow } from '../registry/tenant-row.ts';
import type { KeyMaking } from './held-row.ts';
import { kmsKeyMaking } from './kms-key-making.ts';
import { storedKeyMaking } from './stored-key-making.ts';

/** @throws Problem 503 key-store-unavailable where the configuration has the store no more */
export async function keyMakingOf(work: TenantWork, row: TenantRow): Promise<KeyMaking> {
  const store = await otherStoreOf(work, row);
  if (store === undefined) return kmsKeyMaking;
  const making = storedKeyMaking(store);
  // One of the tenant's own is given by one write, after the challenge: where that is not whole, nothing was given.
  return keyStoreOf(row) === 'aws-kms-external'
    ? { ...making, recover: async () => false }
    : making;
}
