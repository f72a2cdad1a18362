import type { KMSClient } from '@aws-sdk/client-kms';
import { keyIsDeleted, lookUpKey } from '../../aws/kms-keys.ts';
import { statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';

/**
 * Where the call finds no key, or is denied, the caller should hear whether the key is deleted.
 * @param call to KMS, about the tenant's key
 * @throws Problem 409 tenant-erased or, where the tenant was not offboarded, key-missing
 */
export async function explainMissingKey<T>(
  kms: KMSClient,
  { status, keyArn }: TenantRow,
  call: () => Promise<T>,
): Promise<T> {
  const key = await lookUpKey(call());
  if (key.is === 'found') return key.value;
  // Where KMS does not say whether the key is deleted either, the first error is the one that matters.
  const isDeleted = keyArn !== undefined && (await keyIsDeleted(kms, keyArn).catch(() => false));
  throw isDeleted ? statusRules[status].missingKey() : key.error;
}
