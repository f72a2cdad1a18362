import type * as z from 'zod/mini';
import type { tenantsEnvironment } from '../../../contract/environment.ts';
import { keyPolicy } from '../../../contract/key-policy.ts';

/** @returns a function that makes the key policy of any tenant of the stack to which the environment belongs */
export const stackKeyPolicy =
  (environment: Omit<z.output<typeof tenantsEnvironment>, 'ROTATION_PERIOD_IN_DAYS'>) =>
  (tenantId: string): object =>
    keyPolicy({
      tenantId,
      partition: environment.PARTITION,
      accountId: environment.ACCOUNT_ID,
      tenantRoleArn: environment.TENANT_ROLE_ARN,
      controlPlaneRoleArn: environment.CONTROL_PLANE_ROLE_ARN,
      deletionWindowInDays: environment.DELETION_WINDOW_IN_DAYS,
    });
