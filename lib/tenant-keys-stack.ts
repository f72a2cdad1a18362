/** The stack, composed. What each part is for stands with the part. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Api } from './api.ts';
import { AuditTrail, trailName } from './audit-trail.ts';
import type { Config } from './config.ts';
import { ControlPlaneRole } from './control-plane-role.ts';
import { DataPlaneRole } from './data-plane-role.ts';
import { Functions } from './functions.ts';
import { ProductKey } from './product-key.ts';
import { TenantRole } from './tenant-role.ts';
import { TenantTable } from './tenant-table.ts';

export interface TenantKeysStackProps {
  readonly config: Config;
}

export class TenantKeysStack extends Stack {
  constructor(scope: Construct, id: string, { config }: TenantKeysStackProps) {
    // Without account and region, which the CLI adds: one template for all.
    super(scope, id, { description: 'tenant-keys: a KMS key for each tenant of a SaaS' });
    const { rotationPeriodInDays, deletionWindowInDays } = config;
    const trailArn = this.formatArn({
      service: 'cloudtrail',
      resource: 'trail',
      resourceName: trailName(this),
    });
    const { key } = new ProductKey(this, 'ProductKey', { rotationPeriodInDays, trailArn });
    const { table } = new TenantTable(this, 'TenantTable', { key });

    const dataPlane = new DataPlaneRole(this, 'DataPlaneRole');
    const tenant = new TenantRole(this, 'TenantRole', { table, dataPlaneRole: dataPlane.role });
    dataPlane.mayAssume(tenant.roleArn);
    const controlPlane = new ControlPlaneRole(this, 'ControlPlaneRole', {
      table,
      deletionWindowInDays,
    });
    const authorizerRole = new Role(this, 'AuthorizerRole', {
      description: 'tenant-keys: checks tokens; needs nothing of AWS but its log',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });

    const functions = new Functions(this, 'Functions', {
      config,
      key,
      table,
      tenantRoleArn: tenant.roleArn,
      roles: {
        authorizer: authorizerRole,
        controlPlane: controlPlane.role,
        dataPlane: dataPlane.role,
      },
    });
    const api = new Api(this, 'Api', { config, key, functions });
    const trail = new AuditTrail(this, 'AuditTrail', { key, trailArn });

    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'TableName', { value: table.tableName });
    new CfnOutput(this, 'TenantRoleArn', { value: tenant.roleArn });
    new CfnOutput(this, 'TrailArn', { value: trail.trailArn });
  }
}
