import type { CreateKeyCommandInput, KMS } from '@aws-sdk/client-kms';

/** As the product tags a tenant's key; written out, so that the product's own code does not agree with itself. */
export const tagsOf = (tenantId: string) => [
  { TagKey: 'TenantId', TagValue: tenantId },
  { TagKey: 'ManagedBy', TagValue: 'tenant-keys' },
];

/** @returns the ARN of a key as the product makes one for the tenant, but for the change */
export async function makeTenantKey(
  kms: KMS,
  tenantId: string,
  policy: object,
  change: CreateKeyCommandInput = {},
): Promise<string> {
  const { KeyMetadata } = await kms.createKey({
    Description: `tenant-keys: tenant ${tenantId}`,
    Policy: JSON.stringify(policy),
    Tags: tagsOf(tenantId),
    ...change,
  });
  return KeyMetadata?.Arn as string;
}
