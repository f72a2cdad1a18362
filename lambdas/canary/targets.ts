import type * as z from 'zod/mini';
import type { KeyName } from '../../contract/canary-keys.ts';
import type { canaryEnvironment } from '../../contract/environment.ts';

/** The tables, roles and keys that the probes try. */
export interface Targets {
  readonly tableName: string;
  readonly macKeyTableName: string;
  readonly auditTableName: string;
  readonly tenantRoleArn: string;
  readonly auditReaderRoleArn: string;
  readonly allEventsReaderRoleArn: string;
  readonly sessionBrokerRoleArn: string;
  readonly dataPlaneRoleArn: string;
  readonly auditRoleArn: string;
  /** ARNs */
  readonly keys: Readonly<Record<KeyName, string>>;
}

export const targetsOf = (environment: z.output<typeof canaryEnvironment>): Targets => ({
  tableName: environment.TABLE_NAME,
  macKeyTableName: environment.MAC_KEY_TABLE_NAME,
  auditTableName: environment.AUDIT_TABLE_NAME,
  tenantRoleArn: environment.TENANT_ROLE_ARN,
  auditReaderRoleArn: environment.AUDIT_READER_ROLE_ARN,
  allEventsReaderRoleArn: environment.ALL_EVENTS_READER_ROLE_ARN,
  sessionBrokerRoleArn: environment.SESSION_BROKER_ROLE_ARN,
  dataPlaneRoleArn: environment.DATA_PLANE_ROLE_ARN,
  auditRoleArn: environment.AUDIT_ROLE_ARN,
  keys: {
    a: environment.KEY_A_ARN,
    b: environment.KEY_B_ARN,
    iam: environment.KEY_IAM_ARN,
    allow: environment.KEY_ALLOW_ARN,
    deny: environment.KEY_DENY_ARN,
  },
});
