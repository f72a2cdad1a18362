import type { KMSClient } from '@aws-sdk/client-kms';
import { isAccessDenied, isNamed } from '../../aws/errors.ts';
import { statusRules } from '../registry/status.ts';
import type { TenantRow } from '../registry/tenant-row.ts';
import { isGone } from './key-state.ts';

/**
 * To a role whose right is in the key's policy alone, KMS says AccessDenied of a key that is gone: whoever wants
 * something of it should hear which of the two it is.
 * @param call to KMS, on the tenant's key
 * @throws Problem 409 tenant-erased or, where the tenant was not offboarded, key-missing
 */
export async function withKeyOf<T>(
  kms: KMSClient,
  { status, keyArn }: TenantRow,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const mayBeGone = isAccessDenied(error) || isNamed(error, 'NotFoundException');
    if (!mayBeGone || keyArn === undefined) throw error;
    // If KMS does not say that either, the first error is the one that matters.
    if (!(await isGone(kms, keyArn).catch(() => false))) throw error;
    throw statusRules[status].missingKey();
  }
}
