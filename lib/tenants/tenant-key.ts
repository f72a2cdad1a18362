/**
 * The key of a tenant that the configuration declares, as the control plane makes it for all others: same
 * policy, same tags, same alias. Invariant: CloudFormation never deletes it, whatever becomes of the
 * configuration or of the stack.
 * The plain resources, since the policy must be what `keyPolicy` says word for word: the reconciler
 * compares it, and CDK's own document merges statements.
 */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnAlias, CfnKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { keyPolicy } from '../../contract/key-policy.ts';
import { aliasOf, productTag, tenantIdTag } from '../../contract/tenant-id.ts';

export interface TenantKeyProps {
  readonly tenantId: string;
  readonly rotationPeriodInDays: number;
  readonly tenantRoleArn: string;
  readonly controlPlaneRoleArn: string;
}

export class TenantKey extends Construct {
  readonly keyArn: string;
  readonly alias: CfnAlias;

  constructor(scope: Construct, id: string, props: TenantKeyProps) {
    super(scope, id);
    const { tenantId, tenantRoleArn, controlPlaneRoleArn } = props;
    const { partition, account } = Stack.of(this);
    const key = new CfnKey(this, 'Key', {
      description: `tenant-keys: tenant ${tenantId}`,
      enableKeyRotation: true,
      rotationPeriodInDays: props.rotationPeriodInDays,
      keyPolicy: keyPolicy({
        tenantId,
        partition,
        accountId: account,
        tenantRoleArn,
        controlPlaneRoleArn,
      }),
      tags: [
        { key: tenantIdTag, value: tenantId },
        { key: productTag.key, value: productTag.value },
      ],
    });
    key.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.keyArn = key.attrArn;
    this.alias = new CfnAlias(this, 'Alias', {
      aliasName: aliasOf(tenantId),
      targetKeyId: key.attrArn,
    });
    this.alias.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}
