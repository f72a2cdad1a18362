/** As the functions of a stack have it that is configured with no other key store than KMS. */
import { keyStoreAdministrations } from '../../lambdas/key-stores/key-store-administrations.ts';

export const kmsAlone = keyStoreAdministrations(undefined, {
  role: 'control-plane',
  brokerName: undefined,
  tenantRoleArn: 'arn:aws:iam::111122223333:role/TenantRole',
  deletionWindowInDays: 30,
});
