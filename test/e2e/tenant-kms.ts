import { KmsKeyringNode } from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import type { LocalStack } from '../../local/stack.ts';

/** @returns the credentials of a session of the tenant role, with the tenant's tag */
export function tenantCredentials(stack: LocalStack, tenantId: string) {
  const role = [...stack.deployment.roles.values()].find(({ name }) => name.includes('TenantRole'));
  return stack.deployment.issue(role as NonNullable<typeof role>, tenantId, { TenantId: tenantId });
}

/** @returns plain KMS with a tenant's session, as the AWS CLI would have it */
export function tenantKms(stack: LocalStack, tenantId: string): KMS {
  const credentials = tenantCredentials(stack, tenantId);
  return new KMS({ endpoint: stack.aws, region: stack.region, credentials, maxAttempts: 1 });
}

/** @returns a keyring of the stock Encryption SDK on one key, with a tenant's session */
export function tenantKeyring(stack: LocalStack, keyArn: string, tenantId: string): KmsKeyringNode {
  return new KmsKeyringNode({
    generatorKeyId: keyArn,
    // Its types do not know exactOptionalPropertyTypes.
    clientProvider: () => tenantKms(stack, tenantId) as never,
  });
}
