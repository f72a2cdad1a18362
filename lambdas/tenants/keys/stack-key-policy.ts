import type * as z from 'zod/mini';
import type { reconcilerEnvironment } from '../../../contract/environment.ts';
import { keyPolicy } from '../../../contract/key-policy.ts';

/** @returns the policy document of any tenant's key in the stack that the environment tells of */
export const keyPolicyBy =
  (environment: z.output<typeof reconcilerEnvironment>) =>
  (tenantId: string): object =>
    keyPolicy({
      tenantId,
      partition: environment.PARTITION,
      accountId: environment.ACCOUNT_ID,
      tenantRoleArn: environment.TENANT_ROLE_ARN,
      controlPlaneRoleArn: environment.CONTROL_PLANE_ROLE_ARN,
    });
