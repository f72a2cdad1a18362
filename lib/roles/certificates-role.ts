/**
 * The execution role of the function that issues certificates of erasure. Invariant: it reads rows, writes
 * none, and its one use of KMS is to sign with the one key whose own policy names it.
 * That key policy names this role by its ARN: a new construct id replaces it, and it can no longer sign.
 */
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface CertificatesRoleProps {
  readonly table: Table;
}

export class CertificatesRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { table }: CertificatesRoleProps) {
    super(scope, id);
    const readRows = new PolicyStatement({
      sid: 'ReadRows',
      actions: ['dynamodb:GetItem'],
      resources: [table.tableArn],
    });
    this.role = new Role(this, 'Role', {
      description: 'tenant-keys: signs certificates of erasure; writes nothing',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Policy: new PolicyDocument({ statements: [readRows] }) },
    });
  }
}
