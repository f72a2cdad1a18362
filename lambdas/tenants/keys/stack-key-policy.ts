import type * as z from 'zod/mini';
import type { reconcilerEnvironment } from '../../../contract/environment.ts';
import { keyPolicy } from '../../../contract/key-policy.ts';

/** @returns a function that makes the key policy of any tenant of the stack to which the environment belongs */
export const stackKeyPolicy =
  (environment: z.output<typeof reconcilerEnvironment>) =>
  (tenantId: string): object =>
    keyPolicy({
      tenantId,
      partition: environment.PARTITION,
      accountId: environment.ACCOUNT_ID,
      tenantRoleArn: environment.TENANT_ROLE_ARN,
      controlPlaneRoleArn: environment.CONTROL_PLANE_ROLE_ARN,
      deletionWindowInDays: environment.DELETION_WINDOW_IN_DAYS,
    });
