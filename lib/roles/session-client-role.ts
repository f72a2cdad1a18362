/**
 * The execution role of a function that works for one tenant at a time. Invariant: it can only ask the session broker,
 * which opens no session without the bearer token of a request. So whoever runs code in the function has no more than
 * the tokens and the sessions that are in its memory.
 */
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export class SessionClientRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { description }: { readonly description: string }) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
  }

  /** Called afterwards, since the broker's function comes after this role. */
  mayAsk(brokerArn: string): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'AskSessionBroker',
        actions: ['lambda:InvokeFunction'],
        resources: [brokerArn],
      }),
    );
  }
}
