/** The names that the runbooks use (`docs/operations.md`): CloudFormation makes most of them, so nobody could guess them. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Api } from './api/api.ts';
import type { AuditIndexer } from './audit/audit-indexer.ts';
import type { AuditTrail } from './audit/audit-trail.ts';
import type { Canary } from './canary/canary.ts';
import { BundledFunction } from './functions/bundled-function.ts';
import type { Monitoring } from './monitoring/monitoring.ts';
import type { TenantRole } from './roles/tenant-role.ts';

interface Parts {
  readonly api: Api;
  readonly key: IKey;
  readonly table: ITable;
  readonly macKeyTable: ITable;
  readonly auditTable: ITable;
  readonly tenantRole: TenantRole;
  readonly indexer: AuditIndexer;
  readonly monitoring: Monitoring;
  readonly trail: AuditTrail | undefined;
  readonly trailLogs: ILogGroup | undefined;
  readonly canary: Canary | undefined;
}

/**
 * @param product in which all functions are looked for
 * @returns values by the names of the stack's outputs
 */
export const outputsOf = (product: Construct, parts: Parts): Readonly<Record<string, string>> => {
  const { api, monitoring, trail, trailLogs } = parts;
  return {
    ApiUrl: api.url,
    ...(api.domainTarget !== undefined && { ApiDomainTarget: api.domainTarget }),
    TableName: parts.table.tableName,
    MacKeyTableName: parts.macKeyTable.tableName,
    AuditTableName: parts.auditTable.tableName,
    TenantRoleArn: parts.tenantRole.roleArn,
    ProductKeyArn: parts.key.keyArn,
    AccessLogs: api.accessLogs.logGroupName,
    IndexerFailuresUrl: parts.indexer.failures.queueUrl,
    AlarmTopicArn: monitoring.topic.topicArn,
    ...(monitoring.dashboardName && { DashboardName: monitoring.dashboardName }),
    ...(trail && { TrailArn: trail.trailArn }),
    ...(trailLogs && { TrailLogs: trailLogs.logGroupName }),
    ...parts.canary?.outputs,
    ...outputsOfFunctions(product),
  };
};

/** @returns of `session-broker`, for one, `SessionBrokerFunction`, `SessionBrokerLogs` and `SessionBrokerRoleName` */
function outputsOfFunctions(product: Construct): Readonly<Record<string, string>> {
  const functions = product.node.findAll().filter((one) => one instanceof BundledFunction);
  return Object.fromEntries(
    functions.flatMap(({ name, function: { functionName }, logs, role }) => [
      [`${inPascalCase(name)}Function`, functionName],
      [`${inPascalCase(name)}Logs`, logs.logGroupName],
      [`${inPascalCase(name)}RoleName`, role.roleName],
    ]),
  );
}

const inPascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
