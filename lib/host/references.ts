/**
 * What an app gets of the product. Invariant: nothing that it does with one of these changes a resource or a policy of the
 * product's. Each is known by its ARN alone, so a grant adds to the principal of the app and to nothing else; by the
 * construct itself, a grant on a table would let its principal use the product's key.
 */
import { type IRestApi, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface Referenced {
  readonly restApiId: string;
  readonly key: Pick<IKey, 'keyArn'>;
  readonly topic: Pick<ITopic, 'topicArn'>;
  readonly table: HasTableArn;
  readonly macKeyTable: HasTableArn;
  readonly auditTable: HasTableArn;
}

type HasTableArn = Pick<ITable, 'tableArn'>;

export class References extends Construct {
  readonly api: IRestApi;
  readonly key: IKey;
  readonly alarmTopic: ITopic;
  readonly tables: Readonly<Record<'tenants' | 'macKeys' | 'audit', ITable>>;

  constructor(scope: Construct, id: string, of: Referenced) {
    super(scope, id);
    const table = (name: string, { tableArn }: HasTableArn) =>
      Table.fromTableArn(this, name, tableArn);
    this.api = RestApi.fromRestApiId(this, 'Api', of.restApiId);
    this.key = Key.fromKeyArn(this, 'Key', of.key.keyArn);
    this.alarmTopic = Topic.fromTopicArn(this, 'AlarmTopic', of.topic.topicArn);
    this.tables = {
      tenants: table('TenantTable', of.table),
      macKeys: table('MacKeyTable', of.macKeyTable),
      audit: table('AuditTable', of.auditTable),
    };
  }
}
