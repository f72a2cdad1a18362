/**
 * The key of a tenant that the configuration declares, with the policy, tags and alias that the control plane gives
 * to all others. Invariant: CloudFormation never deletes it, whatever happens to the configuration or the stack.
 * It is made of plain resources, since the reconciler compares the policy with `keyPolicy`, and CDK's own document
 * would merge statements.
 */
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnAlias, CfnKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { keyPolicy } from '../../contract/key-policy.ts';
import { keyDescription, tenantIdTag } from '../../contract/tenant-id.ts';
import { ownNames } from '../config/own-names.ts';
import { addOwnTag } from '../host/own-tags.ts';

export interface TenantKeyProps {
  readonly tenantId: string;
  readonly rotationPeriodInDays: number;
  readonly tenantRoleArn: string;
  readonly controlPlaneRoleArn: string;
  readonly deletionWindowInDays: number;
}

export class TenantKey extends Construct {
  readonly keyArn: string;
  readonly alias: CfnAlias;

  constructor(scope: Construct, id: string, props: TenantKeyProps) {
    super(scope, id);
    const { tenantId, tenantRoleArn, controlPlaneRoleArn, deletionWindowInDays } = props;
    const { partition, account } = Stack.of(this);
    const { aliasOf, productTag } = ownNames(this);
    const key = new CfnKey(this, 'Key', {
      description: keyDescription(tenantId),
      enableKeyRotation: true,
      rotationPeriodInDays: props.rotationPeriodInDays,
      keyPolicy: keyPolicy({
        tenantId,
        partition,
        accountId: account,
        tenantRoleArn,
        controlPlaneRoleArn,
        deletionWindowInDays,
      }),
    });
    addOwnTag(key, tenantIdTag, tenantId);
    addOwnTag(key, productTag.key, productTag.value);
    // Also if its creation is rolled back: once the row is there, the tenant's data may be under it.
    key.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.keyArn = key.attrArn;
    this.alias = new CfnAlias(this, 'Alias', {
      aliasName: aliasOf(tenantId),
      targetKeyId: key.attrArn,
    });
    // A deployment that is repeated after a failed one makes it again, which it could not if it were there.
    this.alias.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }
}
