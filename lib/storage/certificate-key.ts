/**
 * A key that signs certificates of erasure. Invariant: only the function that issues them can sign, so a
 * signature means that the registry said ERASED. Administrators can neither sign nor grant that to others.
 * It outlives the stack: certificates are verified for years, with the public key that auditors keep.
 * With a new construct id it is a new key, whose signatures the old public key does not verify.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, type KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { accountAdministers, productsRolesChangeNothing } from '../roles/key-administration.ts';
import { nobodyElseSigns, nobodyGrants } from './signing-policy.ts';

export interface CertificateKeyProps {
  /** the execution role of the function that issues certificates */
  readonly certificatesRoleArn: string;
  readonly keySpec: KeySpec;
  /** with its prefix, `alias/...` */
  readonly alias: string;
}

export class CertificateKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: CertificateKeyProps) {
    super(scope, id);
    const { certificatesRoleArn, keySpec, alias } = props;
    this.key = new Key(this, 'Key', {
      description: `tenant-keys: signs certificates of erasure, ${keySpec}`,
      keySpec,
      keyUsage: KeyUsage.SIGN_VERIFY,
      policy: new PolicyDocument({
        statements: [
          // Includes GetPublicKey, so that an administrator can hand out the public key.
          accountAdministers(),
          productsRolesChangeNothing(this),
          signedByCertificates(certificatesRoleArn),
          nobodyElseSigns(certificatesRoleArn),
          nobodyGrants(),
        ],
      }),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.key.addAlias(alias);
  }
}

const signedByCertificates = (roleArn: string) =>
  new PolicyStatement({
    sid: 'CertificatesSign',
    principals: [new ArnPrincipal(roleArn)],
    actions: ['kms:Sign', 'kms:GetPublicKey'],
    resources: ['*'],
  });
