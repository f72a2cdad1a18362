/**
 * The function that compares how much each tenant decrypts with what it used to, its role and its schedule.
 * Invariant: the role lists the registry, reads the audit table, and writes only baselines, which are under no
 * tenant's partition key. So it can neither forge nor remove an audit event, and it reaches no key.
 */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { decryptAnomaliesEnvironment } from '../../contract/environment.ts';
import { baselinePrefix } from '../../contract/table-schema.ts';
import type { Config } from '../config/config.ts';
import { BundledFunction, type EnvironmentOf } from '../functions/bundled-function.ts';
import { Schedule } from '../functions/schedule.ts';

export interface DecryptAnomaliesProps {
  readonly config: Config;
  readonly key: IKey;
  /** the registry */
  readonly table: ITable;
  readonly auditTable: ITable;
}

export class DecryptAnomalies extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: DecryptAnomaliesProps) {
    super(scope, id);
    const environment: EnvironmentOf<typeof decryptAnomaliesEnvironment> = {
      TABLE_NAME: props.table.tableName,
      AUDIT_TABLE_NAME: props.auditTable.tableName,
    };
    this.function = new BundledFunction(this, 'Judge', {
      config: props.config,
      name: 'decrypt-anomalies',
      description: 'tenant-keys: how much each tenant decrypts, against what it used to',
      role: this.role(props),
      key: props.key,
      // Lambda's longest. The function stops by itself before that.
      timeoutSeconds: 900,
      memoryMegabytes: 512,
      environment,
    }).function;
    new Schedule(this, 'Schedule', { name: 'Volumes', function: this.function, everyMinutes: 60 });
  }

  private role({ table, auditTable }: DecryptAnomaliesProps): Role {
    return new Role(this, 'Role', {
      description: 'tenant-keys: reads audit events, writes what volume is usual; reaches no key',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Policy: new PolicyDocument({
          statements: [listTenants(table), countDecrypts(auditTable), keepBaselines(auditTable)],
        }),
      },
    });
  }
}

const listTenants = (table: ITable) =>
  new PolicyStatement({
    sid: 'ListTenants',
    actions: ['dynamodb:Scan'],
    resources: [table.tableArn],
  });

const countDecrypts = (auditTable: ITable) =>
  new PolicyStatement({
    sid: 'CountDecrypts',
    actions: ['dynamodb:Query'],
    resources: [auditTable.tableArn],
  });

/** The condition on the partition key keeps PutItem from replacing an audit event. */
const keepBaselines = (auditTable: ITable) =>
  new PolicyStatement({
    sid: 'KeepBaselines',
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    resources: [auditTable.tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${baselinePrefix}*`] },
      // ForAllValues is true where the condition key is absent.
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
