/**
 * A key that signs tokens of the product's own issuer, each of which names a tenant. Invariant: the session broker alone signs with
 * it, as RS256 does, so that a token means that the tenant itself has asked. Administrators can neither sign nor grant that
 * to others. That this role signs in its function only, its own policy says: a key's policy cannot (Lambda, "Using source
 * function ARN").
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { identityTokenSigning } from '../../contract/identity-token.ts';
import { accountAdministers, productsRolesChangeNothing } from '../roles/key-administration.ts';
import { nobodyElseSigns, nobodyGrants } from './signing-policy.ts';

export interface IssuerKeyProps {
  readonly brokerRoleArn: string;
  /** of the function that publishes the keys */
  readonly publisherRoleArn: string;
  /** with its prefix, `alias/...` */
  readonly alias: string;
}

export class IssuerKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: IssuerKeyProps) {
    super(scope, id);
    const { brokerRoleArn, publisherRoleArn, alias } = props;
    this.key = new Key(this, 'Key', {
      description: 'tenant-keys: signs tokens that name a tenant to a key store',
      keySpec: KeySpec.RSA_2048,
      keyUsage: KeyUsage.SIGN_VERIFY,
      policy: new PolicyDocument({
        statements: [
          accountAdministers(),
          productsRolesChangeNothing(this),
          signedByBroker(brokerRoleArn),
          published(publisherRoleArn),
          nobodyElseSigns(brokerRoleArn),
          nobodyGrants(),
        ],
      }),
      // What it has signed is worth nothing after five minutes.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
    this.key.addAlias(alias);
  }
}

const signedByBroker = (roleArn: string) =>
  new PolicyStatement({
    sid: 'BrokerSigns',
    principals: [new ArnPrincipal(roleArn)],
    actions: ['kms:Sign'],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:SigningAlgorithm': identityTokenSigning } },
  });

const published = (roleArn: string) =>
  new PolicyStatement({
    sid: 'PublicKeyIsPublished',
    principals: [new ArnPrincipal(roleArn)],
    actions: ['kms:GetPublicKey'],
    resources: ['*'],
  });
