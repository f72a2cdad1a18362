/** The product's key, what it encrypts, and the trail that says who used which key. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { AuditTrail, trailArnOf } from './audit/audit-trail.ts';
import type { Config } from './config/config.ts';
import { ProductKey } from './storage/product-key.ts';
import { AuditTable, MacKeyTable, TenantTable } from './storage/tables.ts';

export interface Storage {
  readonly key: IKey;
  readonly table: ITable;
  readonly macKeyTable: ITable;
  readonly auditTable: ITable;
  readonly trail: AuditTrail | undefined;
  /** to which a trail writes, the stack's own or an organization's */
  readonly trailLogs: ILogGroup | undefined;
}

/** @param scope in which they are made, each by itself */
export function makeStorage(scope: Construct, config: Config): Storage {
  const { rotationPeriodInDays, trailLogGroup } = config;
  const trailArn = config.trail ? trailArnOf(scope) : undefined;
  const { key } = new ProductKey(scope, 'ProductKey', {
    rotationPeriodInDays,
    trailArn,
    alarmTopic: config.alarmTopicArn === undefined,
  });
  const { table } = new TenantTable(scope, 'TenantTable', { key, name: config.tableName });
  const { table: macKeyTable } = new MacKeyTable(scope, 'MacKeyTable', {
    key,
    name: config.macKeyTableName,
  });
  const { table: auditTable } = new AuditTable(scope, 'AuditTable', {
    key,
    name: config.auditTableName,
  });
  if (trailArn !== undefined) {
    const trail = new AuditTrail(scope, 'AuditTrail', { config, key, trailArn });
    return { key, table, macKeyTable, auditTable, trail, trailLogs: trail.logs };
  }
  const trailLogs =
    trailLogGroup === undefined
      ? undefined
      : LogGroup.fromLogGroupName(scope, 'TrailLogs', trailLogGroup);
  return { key, table, macKeyTable, auditTable, trail: undefined, trailLogs };
}
