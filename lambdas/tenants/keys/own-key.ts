/**
 * Whether the key that a row names is the row's tenant's. Invariant: the control plane changes nothing of a key whose
 * tag names another tenant, or none, whatever the row says. Each tenant's key lets the control plane administer it, so
 * without this a row with another tenant's key would have that key disabled, rotated or deleted. The tag comes with
 * CreateKey, and no role of the product may change it on a key that has one.
 */
import type { KMSClient } from '@aws-sdk/client-kms';
import { keyMismatch } from '../../../contract/problem.ts';
import { tenantIdTag } from '../../../contract/tenant-id.ts';
import { keyArnOf, type TenantRow } from '../registry/tenant-row.ts';
import { tagsOf } from './key-tags.ts';

/**
 * @throws Problem 409 key-mismatch; what KMS says where there is no such key, or it may not be seen
 */
export async function requireOwnKey(
  kms: KMSClient,
  row: Pick<TenantRow, 'tenantId' | 'keyArn'>,
): Promise<void> {
  // KMS shows tags at once; it is only for authorization that they count later.
  const tags = await tagsOf(kms, keyArnOf(row));
  if (tags.get(tenantIdTag) !== row.tenantId) throw keyMismatch();
}
