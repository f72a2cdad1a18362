/**
 * The execution role of the data plane. Invariant: it can do nothing but become a tenant's session.
 * Key and table are reached through that session only.
 */
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export class DataPlaneRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      description: 'tenant-keys: becomes the session of one tenant, and nothing else',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
  }

  /** Afterwards, since the tenant role's trust policy names this role first. */
  mayAssume(tenantRoleArn: string): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'BecomeTenant',
        actions: ['sts:AssumeRole', 'sts:TagSession'],
        resources: [tenantRoleArn],
      }),
    );
  }
}
