/**
 * What makes a key a tenant's: what KMS is asked for when one is made, and what KMS must say of one. Invariant: a key
 * that is not as the product makes it is nobody's key here, whatever its tags and the registry say. Tags can be given
 * to a key that is there already; what is compared here can be neither given nor taken away afterwards, but for the
 * description, and no role of the product may change that.
 *
 * When the key was made is not compared with the row: who can write a row can write its times too, and rows may be
 * younger than their keys (those of declared tenants are) or be restored. It counts where nothing but the time tells a
 * key from one that was laid ready: see key-recovery.ts.
 */
import type { CreateKeyCommandInput, KeyMetadata } from '@aws-sdk/client-kms';
import { keyDescription } from '../../../contract/tenant-id.ts';

/** KMS's defaults but for the description, and all in the request: the control plane's IAM policy requires them. */
export const tenantKey = (tenantId: string) =>
  ({
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    Origin: 'AWS_KMS',
    MultiRegion: false,
    Description: keyDescription(tenantId),
  }) as const satisfies CreateKeyCommandInput & Partial<KeyMetadata>;

/**
 * @param metadata the answer to DescribeKey
 * @param keyArnPrefix what the ARN of every key of this account and region begins with
 * @returns the members by which the key differs from one that the product makes for the tenant; none for such a key
 */
export function unlikeTenantKey(
  metadata: KeyMetadata,
  tenantId: string,
  keyArnPrefix: string,
): string[] {
  const wanted = Object.entries({ ...tenantKey(tenantId), KeyManager: 'CUSTOMER' });
  const members: Readonly<Record<string, unknown>> = { ...metadata };
  const differing = wanted.filter(([name, value]) => members[name] !== value);
  return [
    ...(metadata.Arn?.startsWith(keyArnPrefix) ? [] : ['Arn']),
    ...differing.map(([name]) => name),
  ];
}
