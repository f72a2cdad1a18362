/**
 * The execution role of a function that works for one tenant at a time. Invariant: it can do nothing but open
 * a tenant's session of one role. What is the tenant's is reached through that session only.
 */
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export class SessionOpenerRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { description }: { readonly description: string }) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
  }

  /** Afterwards, since the other role's trust policy names this role first. */
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
