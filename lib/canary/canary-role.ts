/**
 * The execution role of the canary. Invariant: by the trust policies it opens sessions of the canary's two tenants
 * only, also where it becomes a function's role, and by IAM it uses no keys but the canary's own. It is an impostor by
 * design: it carries the tag of canary_b, as an administrator could give it to a role, and IAM lets it use keys whose
 * own policies must refuse it.
 */
import { ArnPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { canaryTenants, tenantB } from '../../contract/canary-tenants.ts';
import { tenantActions } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { addOwnTag } from '../host/own-tags.ts';

export class CanaryRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      description:
        'tenant-keys: tries to get from one tenant to another, as either of two of its own',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    addOwnTag(this.role, tenantIdTag, tenantB);
  }

  /**
   * Lets the canary become the execution role of a function, without that function. The session must have the tag of one
   * of the canary's tenants, by which the trust policies of other roles know it, and no other: a tag of the session would
   * hide one of the role by which keys' policies know the product's roles.
   */
  mayBecomeOutsideItsFunction(role: Role): void {
    role.assumeRolePolicy?.addStatements(
      new PolicyStatement({
        sid: 'CanaryTries',
        principals: [new ArnPrincipal(this.role.roleArn)],
        actions: ['sts:AssumeRole', 'sts:TagSession'],
        conditions: {
          StringEquals: { [`aws:RequestTag/${tenantIdTag}`]: [...canaryTenants] },
          // There always is a tag: the other condition wants one.
          'ForAllValues:StringEquals': { 'aws:TagKeys': [tenantIdTag] },
        },
      }),
    );
  }

  /** Called afterwards, since the trust policies of those roles name this role. */
  mayBecome(roleArns: readonly string[]): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'BecomeCanaryTenant',
        actions: ['sts:AssumeRole', 'sts:TagSession'],
        resources: [...roleArns],
      }),
    );
  }

  /** Called afterwards, since the policies of some of these keys name this role. */
  mayTry(keyArns: readonly string[]): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'TryCanaryKeys',
        actions: [...tenantActions, 'kms:DescribeKey'],
        resources: [...keyArns],
      }),
    );
  }
}
