/**
 * The keys of contract/canary-keys.ts. Invariant: they do not carry the product's tag, so neither the reconciler nor
 * an onboarding takes one for a tenant's. They are deleted with the stack, since nothing that they encrypt is kept.
 */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { canaryKeys, type KeyName, keyNames } from '../../contract/canary-keys.ts';
import { keyPolicy } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { addOwnTag } from '../host/own-tags.ts';
import { canaryKeyPolicy } from './probe-policy.ts';

export interface CanaryKeysProps {
  readonly tenantRoleArn: string;
  readonly controlPlaneRoleArn: string;
  readonly canaryRoleArn: string;
}

/** KMS's longest, since each of the first two rotations adds a dollar a month. */
const rotationPeriodInDays = 2560;
/** KMS's shortest, also in the keys' own policies: CloudFormation deletes them with it. */
const pendingWindowInDays = 7;

export class CanaryKeys extends Construct {
  readonly arns: Readonly<Record<KeyName, string>>;

  constructor(scope: Construct, id: string, props: CanaryKeysProps) {
    super(scope, id);
    const arns = keyNames.map((name) => [name, this.key(name, props).attrArn] as const);
    this.arns = Object.fromEntries(arns) as Record<KeyName, string>;
  }

  private key(name: KeyName, { canaryRoleArn, ...roles }: CanaryKeysProps): CfnKey {
    const { title, policyOf: tenantId, tag } = canaryKeys[name];
    const { partition, account: accountId } = Stack.of(this);
    const { tenantRoleArn } = roles;
    const deletionWindowInDays = pendingWindowInDays;
    const policy = keyPolicy({ tenantId, partition, accountId, deletionWindowInDays, ...roles });
    const key = new CfnKey(this, name, {
      description: `tenant-keys: canary, ${title}; holds nothing`,
      enableKeyRotation: true,
      rotationPeriodInDays,
      pendingWindowInDays,
      keyPolicy: canaryKeyPolicy(name, policy, {
        accountArn: `arn:${partition}:iam::${accountId}:root`,
        tenantRoleArn,
        canaryRoleArn,
      }),
    });
    addOwnTag(key, tenantIdTag, tag);
    key.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return key;
  }
}
