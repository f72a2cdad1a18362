/**
 * The role of which the session broker opens a session for the tenant whose events are read. Invariant: a session reads one
 * tenant's events and nothing else: no other tenant's events, and it uses no key.
 * It is not the tenant role, since reading the audit needs no permission to use a key.
 */
import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRole, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { nothingWithoutTenant, ownPartitionOnly, SessionTrust } from './session-trust.ts';

export interface AuditReaderRoleProps {
  readonly auditTable: ITable;
  /** the session broker's execution role, the only one that opens sessions of every tenant */
  readonly brokerRole: IRole;
}

export class AuditReaderRole extends Construct {
  readonly roleArn: string;
  readonly trust: SessionTrust;

  constructor(scope: Construct, id: string, { auditTable, brokerRole }: AuditReaderRoleProps) {
    super(scope, id);
    this.trust = new SessionTrust(brokerRole.roleArn);
    const readOwnEvents = new PolicyStatement({
      sid: 'ReadOwnEvents',
      actions: ['dynamodb:Query'],
      resources: [auditTable.tableArn],
      conditions: ownPartitionOnly,
    });
    // The plain resource: the Role construct writes a trust statement of its own.
    const role = new CfnRole(this, 'Role', {
      description: 'tenant-keys: one session a tenant, for its audit events',
      assumeRolePolicyDocument: this.trust.document,
      maxSessionDuration: Duration.hours(1).toSeconds(),
      policies: [
        {
          policyName: 'Policy',
          policyDocument: new PolicyDocument({
            statements: [readOwnEvents, nothingWithoutTenant()],
          }),
        },
      ],
    });
    this.roleArn = role.attrArn;
  }
}
