/**
 * The execution role of the session broker, the only one whom the roles of which each session is one tenant's trust for
 * every tenant, and whom the reader of all tenants' events trusts. Invariant: it can only open such sessions, and sign
 * tokens where the stack has an issuer of its own (lib/storage/issuer-key.ts), and try the roles of tenants in their
 * own accounts; and only from within the broker's own function.
 */
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { KeyStores } from '../config/key-stores.ts';
import { acknowledgeTrials, trialsOfExternalRoles } from './external-challenge.ts';
import { onlyInItsFunction } from './only-in-its-function.ts';

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
   * @param options `signs`: whether the policy of some key lets it sign
   */
  mayOpen(
    roleArns: readonly string[],
    brokerArn: string,
    { signs, stores }: { readonly signs: boolean; readonly stores: KeyStores },
  ): void {
    const policy = new Policy(this, 'OpenSessions', {
      roles: [this.role],
      statements: [
        openSessions(roleArns),
        ...trialsOfExternalRoles(this, stores),
        onlyInItsFunction(brokerArn, signs ? ['sts:*', 'kms:Sign'] : undefined),
      ],
    });
    acknowledgeTrials(policy, stores);
  }
}

const openSessions = (roleArns: readonly string[]) =>
  new PolicyStatement({
    sid: 'OpenSessions',
    actions: ['sts:AssumeRole', 'sts:TagSession'],
    resources: [...roleArns],
  });
