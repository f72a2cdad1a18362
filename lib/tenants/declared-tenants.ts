/**
 * The tenants that the configuration declares: a key for each and, by a custom resource, a row. Invariant: the
 * function that writes the rows can only read and write the registry. It reaches no key, and leaves a row alone that
 * names another key.
 */
import { CustomResource, Duration, Tags } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { declaredTenantsEnvironment } from '../../contract/environment.ts';
import type { Config } from '../config/config.ts';
import type { DeclaredTenant } from '../config/tenants.ts';
import { BundledFunction, type EnvironmentOf } from '../functions/bundled-function.ts';
import { TenantKey } from './tenant-key.ts';

export interface DeclaredTenantsProps {
  /** with at least one tenant */
  readonly config: Config;
  readonly table: ITable;
  readonly key: IKey;
  readonly tenantRoleArn: string;
  readonly controlPlaneRoleArn: string;
}

export class DeclaredTenants extends Construct {
  constructor(scope: Construct, id: string, props: DeclaredTenantsProps) {
    super(scope, id);
    const rows = this.rowsFunction(props);
    for (const tenant of props.config.tenants) this.addTenant(tenant, rows, props);
  }

  private addTenant(
    tenant: DeclaredTenant,
    rows: LambdaFunction,
    props: DeclaredTenantsProps,
  ): void {
    const { tenantId, displayName, legalName } = tenant;
    const { config, tenantRoleArn, controlPlaneRoleArn } = props;
    const rotationPeriodInDays = tenant.rotationPeriodInDays ?? config.rotationPeriodInDays;
    const tenantKey = new TenantKey(this, tenantId, {
      tenantId,
      rotationPeriodInDays,
      deletionWindowInDays: config.deletionWindowInDays,
      tenantRoleArn,
      controlPlaneRoleArn,
    });
    // A tenant's key is alike whoever made it: the control plane knows nothing of the operator's tags.
    for (const name of Object.keys(config.tags)) Tags.of(tenantKey).remove(name);
    const { keyArn, alias } = tenantKey;
    const row = new CustomResource(this, `${tenantId}-row`, {
      serviceToken: rows.functionArn,
      resourceType: 'Custom::DeclaredTenant',
      // How long CloudFormation waits for an answer that is lost. Its own limit is an hour.
      serviceTimeout: Duration.minutes(2),
      properties: {
        TenantId: tenantId,
        ...(displayName !== undefined && { DisplayName: displayName }),
        ...(legalName !== undefined && { LegalName: legalName }),
        RotationPeriodInDays: rotationPeriodInDays,
        KeyArn: keyArn,
      },
    });
    // The row comes after the alias, which cannot be made where a tenant of this id was onboarded at run time.
    row.node.addDependency(alias);
  }

  private rowsFunction({ config, table, key }: DeclaredTenantsProps): LambdaFunction {
    const keepDeclaredRows = new PolicyStatement({
      sid: 'KeepDeclaredRows',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [table.tableArn],
    });
    const role = new Role(this, 'Role', {
      description: 'tenant-keys: rows of declared tenants; reaches no key',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Inline, since CloudFormation calls the function as soon as role and function are there.
      inlinePolicies: { Policy: new PolicyDocument({ statements: [keepDeclaredRows] }) },
    });
    const environment: EnvironmentOf<typeof declaredTenantsEnvironment> = {
      TABLE_NAME: table.tableName,
    };
    return new BundledFunction(this, 'Rows', {
      config,
      name: 'declared-tenants',
      description: 'tenant-keys: rows of the tenants that the configuration declares',
      role,
      key,
      timeoutSeconds: 60,
      memoryMegabytes: 512,
      environment,
    }).function;
  }
}
