/**
 * The keys of contract/canary-keys.ts. Invariant: they carry a tag of the canary's in place of the product's, so neither
 * the reconciler nor an onboarding takes one for a tenant's, though tenants' sessions pass the same lock there. They are
 * deleted with the stack, since nothing that they encrypt is kept.
 */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type CanaryKey, canaryKeys, type KeyName, keyNames } from '../../contract/canary-keys.ts';
import type { CanaryTenant } from '../../contract/canary-tenants.ts';
import { keyPolicy } from '../../contract/key-policy.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { ownNames } from '../config/own-names.ts';
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
    const { title, tag, isOfAnotherStack }: CanaryKey = canaryKeys[name];
    const { canaryTag } = ownNames(this);
    const { partition, account: accountId } = Stack.of(this);
    const { tenantRoleArn } = roles;
    const deletionWindowInDays = pendingWindowInDays;
    const policyOf = (tenantId: CanaryTenant) =>
      keyPolicy({ tenantId, partition, accountId, deletionWindowInDays, ...roles });
    const key = new CfnKey(this, name, {
      description: `tenant-keys: canary, ${title}; holds nothing`,
      enableKeyRotation: true,
      rotationPeriodInDays,
      pendingWindowInDays,
      keyPolicy: canaryKeyPolicy(name, policyOf, {
        accountArn: `arn:${partition}:iam::${accountId}:root`,
        tenantRoleArn,
        canaryRoleArn,
      }),
    });
    addOwnTag(key, tenantIdTag, tag);
    const { value } = canaryTag;
    addOwnTag(key, canaryTag.key, isOfAnotherStack ? `${value}/another-stack` : value);
    key.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return key;
  }
}
