/**
 * The role that the audit function assumes for whose events are read. Invariant: a session reads one tenant's
 * events and nothing else; not even the function that opens it can read another's with it, nor use a key.
 * It is not the tenant role, which can use the key: who reads what was done needs no right to do it.
 */
import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRole, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { nothingWithoutTenant, ownPartitionOnly, SessionTrust } from './session-trust.ts';

export interface AuditReaderRoleProps {
  readonly auditTable: Table;
  /** the audit function's execution role: the only one that opens sessions of any tenant */
  readonly auditRole: IRole;
}

export class AuditReaderRole extends Construct {
  readonly roleArn: string;
  readonly trust: SessionTrust;

  constructor(scope: Construct, id: string, { auditTable, auditRole }: AuditReaderRoleProps) {
    super(scope, id);
    this.trust = new SessionTrust(auditRole.roleArn);
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
