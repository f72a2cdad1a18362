/**
 * The isolation canary: its keys, its role, its function and its schedule. Invariant: the tenant role and the audit
 * reader role trust it by the same statements by which they trust the session broker, so that the canary notices a
 * guard that is lost there. A Deny keeps it from all tenants but its own two, who are no customers. It can become the
 * roles of the broker and of the functions that ask it, which must open nothing outside of the broker's function.
 * It costs about $5 a month: five keys at $1 each. `canary: false` leaves it out.
 */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { canaryTenants } from '../../contract/canary-tenants.ts';
import type { canaryEnvironment } from '../../contract/environment.ts';
import type { Config } from '../config/config.ts';
import { BundledFunction, type EnvironmentOf } from '../functions/bundled-function.ts';
import { Schedule } from '../functions/schedule.ts';
import type { SessionTrust } from '../roles/session-trust.ts';
import { CanaryKeys } from './canary-keys.ts';
import { CanaryRole } from './canary-role.ts';
import { unauthorizedCallsPattern } from './unauthorized-calls.ts';

/** A role of which each session is for one tenant. */
interface SessionRole {
  readonly roleArn: string;
  readonly trust: SessionTrust;
}

export interface CanaryProps {
  readonly config: Config;
  readonly key: IKey;
  readonly table: ITable;
  readonly macKeyTable: ITable;
  readonly auditTable: ITable;
  readonly tenantRole: SessionRole;
  readonly auditReaderRole: SessionRole;
  /** whose sessions read all tenants' events: the canary tries to open one, and no policy trusts it to */
  readonly allEventsReaderRoleArn: string;
  /** of the functions between a request and a session, each of which the canary tries without the function */
  readonly executionRoles: {
    readonly sessionBroker: Role;
    readonly dataPlane: Role;
    readonly audit: Role;
  };
  readonly controlPlaneRoleArn: string;
}

export class Canary extends Construct {
  readonly function: LambdaFunction;
  /** by the names of the stack's outputs: what other people's alarms need to leave the canary's calls out */
  readonly outputs: Readonly<Record<string, string>>;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { tenantRole, auditReaderRole, controlPlaneRoleArn } = props;
    const canary = new CanaryRole(this, 'Role');
    const keys = new CanaryKeys(this, 'Keys', {
      tenantRoleArn: tenantRole.roleArn,
      controlPlaneRoleArn,
      canaryRoleArn: canary.role.roleArn,
    });
    const opened = [tenantRole, auditReaderRole];
    for (const { trust } of opened) {
      trust.alsoOpensForCanary(canary.role.roleArn, canaryTenants);
    }
    const executionRoles = Object.values(props.executionRoles);
    for (const role of executionRoles) canary.mayBecomeOutsideItsFunction(role);
    canary.mayBecome([
      ...opened.map(({ roleArn }) => roleArn),
      props.allEventsReaderRoleArn,
      ...executionRoles.map(({ roleArn }) => roleArn),
    ]);
    canary.mayTry(Object.values(keys.arns));
    const bundled = this.bundled(props, canary, keys);
    this.function = bundled.function;
    this.outputs = {
      CanaryRoleArn: canary.role.roleArn,
      UnauthorizedCallsPattern: unauthorizedCallsPattern(this, {
        canaryRoleArn: canary.role.roleArn,
        sessionRoleArns: [...opened, ...executionRoles].map(({ roleArn }) => roleArn),
      }),
    };
    this.logs = bundled.logs;
    new Schedule(this, 'Schedule', {
      name: 'Canary',
      function: this.function,
      everyMinutes: props.config.canaryEveryMinutes,
    });
  }

  private bundled(props: CanaryProps, canary: CanaryRole, { arns }: CanaryKeys) {
    const environment: EnvironmentOf<typeof canaryEnvironment> = {
      TABLE_NAME: props.table.tableName,
      MAC_KEY_TABLE_NAME: props.macKeyTable.tableName,
      AUDIT_TABLE_NAME: props.auditTable.tableName,
      TENANT_ROLE_ARN: props.tenantRole.roleArn,
      AUDIT_READER_ROLE_ARN: props.auditReaderRole.roleArn,
      ALL_EVENTS_READER_ROLE_ARN: props.allEventsReaderRoleArn,
      SESSION_BROKER_ROLE_ARN: props.executionRoles.sessionBroker.roleArn,
      DATA_PLANE_ROLE_ARN: props.executionRoles.dataPlane.roleArn,
      AUDIT_ROLE_ARN: props.executionRoles.audit.roleArn,
      KEY_A_ARN: arns.a,
      KEY_B_ARN: arns.b,
      KEY_IAM_ARN: arns.iam,
      KEY_ALLOW_ARN: arns.allow,
      KEY_DENY_ARN: arns.deny,
      EVERY_MINUTES: String(props.config.canaryEveryMinutes),
    };
    return new BundledFunction(this, 'Run', {
      config: props.config,
      name: 'canary',
      description: 'tenant-keys: tries every way from one tenant to another',
      role: canary.role,
      key: props.key,
      // A run takes seconds, unless AWS throttles.
      timeoutSeconds: 120,
      memoryMegabytes: 512,
      environment,
    });
  }
}
