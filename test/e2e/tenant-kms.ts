import { KMS } from '@aws-sdk/client-kms';
import type { TestStack } from './test-stack.ts';

/** @returns plain KMS with a tenant's session, as the AWS CLI would have it */
export function tenantKms(stack: TestStack, tenantId: string): KMS {
  const role = [...stack.deployment.roles.values()].find(({ name }) => name.includes('TenantRole'));
  const credentials = stack.deployment.issue(role as NonNullable<typeof role>, tenantId, {
    TenantId: tenantId,
  });
  return new KMS({ endpoint: stack.aws, region: stack.region, credentials, maxAttempts: 1 });
}
