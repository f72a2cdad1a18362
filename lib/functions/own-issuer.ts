/**
 * The product's own issuer, for a key store that compares nothing of a token but issuer, subject and audience: the keys that sign
 * and the function that publishes them. Invariant: the key that signs next is published before it signs, so that whoever
 * checks tokens knows it by then.
 */
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { issuerKeysEnvironment } from '../../contract/environment.ts';
import type { Config } from '../config/config.ts';
import { ownNames } from '../config/own-names.ts';
import { IssuerKey } from '../storage/issuer-key.ts';
import { BundledFunction, type EnvironmentOf } from './bundled-function.ts';

export interface OwnIssuerProps {
  readonly config: Config;
  readonly key: IKey;
  readonly brokerRoleArn: string;
  /** URL, `iss` of the tokens */
  readonly issuer: string;
  /** number of the key that signs: the next is published beside it */
  readonly issuerKey: number;
}

export class OwnIssuer extends Construct {
  readonly keyArns: readonly string[];
  /** of the key that signs */
  readonly signingKeyArn: string;
  readonly publisher: BundledFunction;

  constructor(scope: Construct, id: string, props: OwnIssuerProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: "tenant-keys: publishes the own issuer's public keys",
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const keyOf = (number: number) =>
      new IssuerKey(this, `Key${number}`, {
        brokerRoleArn: props.brokerRoleArn,
        publisherRoleArn: role.roleArn,
        alias: ownNames(this).ownAliasOf(`issuer-${number}`),
      }).key.keyArn;
    this.signingKeyArn = keyOf(props.issuerKey);
    this.keyArns = [this.signingKeyArn, keyOf(props.issuerKey + 1)];
    const environment: EnvironmentOf<typeof issuerKeysEnvironment> = {
      OWN_ISSUER: props.issuer,
      OWN_ISSUER_KEY_ARNS: JSON.stringify(this.keyArns),
    };
    this.publisher = new BundledFunction(this, 'Publisher', {
      config: props.config,
      name: 'issuer-keys',
      description: "tenant-keys: the own issuer's public keys, for everybody",
      role,
      key: props.key,
      timeoutSeconds: 10,
      memoryMegabytes: 256,
      environment,
    });
  }
}
