/**
 * The execution role of the canary. Invariant: it opens sessions of the canary's two tenants only, as the trust
 * policies of the roles say, and IAM lets it use no key but the canary's own. It is an impostor by design: it carries
 * the tag of canary_b, as an administrator could give it to himself, and IAM lets it use keys that their own policies
 * must keep from it.
 */
import { Tags } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { tenantB } from '../../contract/canary-tenants.ts';
import { tenantActions } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';

export class CanaryRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      description:
        'tenant-keys: tries to get from one tenant to another, as either of two of its own',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    Tags.of(this.role).add(tenantIdTag, tenantB);
  }

  /** Afterwards, since the trust policies of those roles name this role. */
  mayBecome(roleArns: readonly string[]): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'BecomeCanaryTenant',
        actions: ['sts:AssumeRole', 'sts:TagSession'],
        resources: [...roleArns],
      }),
    );
  }

  /** Afterwards as well, since the policies of some of the keys name this role. */
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
