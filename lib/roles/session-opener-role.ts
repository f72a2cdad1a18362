/**
 * The execution role of a function that works for one tenant at a time. Invariant: it can only open a tenant's
 * session of one role. The function reaches what belongs to the tenant through that session.
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

  /** Called afterwards, since the other role's trust policy names this role. */
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
