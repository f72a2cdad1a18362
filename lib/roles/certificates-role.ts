/**
 * The execution role of the function that issues certificates of erasure. Invariant: it reads rows, writes
 * none, asks KMS whether a key is still there, and uses KMS only to sign with the certificate key, whose policy names
 * this role.
 * That policy has the role's ARN: with a new construct id the role is another one, and cannot sign.
 */
import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, wildcard } from '../nag/acknowledge.ts';
import { everyKey, seeWhetherKeyIsGone } from './key-administration.ts';

export interface CertificatesRoleProps {
  readonly table: ITable;
}

export class CertificatesRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { table }: CertificatesRoleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const readRows = new PolicyStatement({
      sid: 'ReadRows',
      actions: ['dynamodb:GetItem'],
      resources: [table.tableArn],
    });
    this.role = new Role(this, 'Role', {
      description: 'tenant-keys: signs certificates of erasure; writes nothing',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Policy: new PolicyDocument({ statements: [readRows, seeWhetherKeyIsGone(stack)] }),
      },
    });
    acknowledge(this.role, {
      [wildcard(stack, everyKey(stack))]:
        'Keys are made at run time, one a tenant, and one that is deleted has no tag to go by; it may be described only.',
    });
  }
}
