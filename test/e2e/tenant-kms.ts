import { KMS } from '@aws-sdk/client-kms';
import type { TestStack } from './test-stack.ts';

/** @returns the credentials of a session of the tenant role, with the tenant's tag */
export function tenantCredentials(stack: TestStack, tenantId: string) {
  const role = [...stack.deployment.roles.values()].find(({ name }) => name.includes('TenantRole'));
  return stack.deployment.issue(role as NonNullable<typeof role>, tenantId, { TenantId: tenantId });
}

/** @returns plain KMS with a tenant's session, as the AWS CLI would have it */
export function tenantKms(stack: TestStack, tenantId: string): KMS {
  const credentials = tenantCredentials(stack, tenantId);
  return new KMS({ endpoint: stack.aws, region: stack.region, credentials, maxAttempts: 1 });
}
