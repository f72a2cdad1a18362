/**
 * The execution role of the session broker, the only one whom the roles of which each session is one tenant's trust for
 * every tenant, and whom the reader of all tenants' events trusts. Invariant: it can only open such sessions, and only
 * from within the broker's own function.
 */
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export class SessionBrokerRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      description: "tenant-keys: opens a tenant's session for that tenant's token",
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
  }

  /**
   * A policy beside the role: the function waits for the role and what is in it, and this waits for the function.
   * @param brokerArn of the function
   */
  mayOpen(roleArns: readonly string[], brokerArn: string): void {
    new Policy(this, 'OpenSessions', {
      roles: [this.role],
      statements: [openSessions(roleArns), onlyInItsFunction(brokerArn)],
    });
  }
}

const openSessions = (roleArns: readonly string[]) =>
  new PolicyStatement({
    sid: 'OpenSessions',
    actions: ['sts:AssumeRole', 'sts:TagSession'],
    resources: [...roleArns],
  });

/**
 * Lambda names the function in each call that its code makes, so the role opens nothing for another function that it was
 * passed to, or for who else assumes it. A Deny, since a trust policy that names a role lets it in whatever that role's
 * own policy allows (STS, AssumeRole); here and not there, since the key counts in identity policies only (Lambda
 * Developer Guide, "Using source function ARN"). ArnNotEquals is true where there is no function.
 */
const onlyInItsFunction = (brokerArn: string) =>
  new PolicyStatement({
    sid: 'OnlyInItsFunction',
    effect: Effect.DENY,
    actions: ['sts:*'],
    resources: ['*'],
    conditions: { ArnNotEquals: { 'lambda:SourceFunctionArn': brokerArn } },
  });
