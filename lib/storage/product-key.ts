/**
 * The product's own KMS key, for tables, log groups, the trail and the alarms' topic. Invariant: it is used only
 * through these services. Nobody, administrators included, can call KMS with it directly, except readers of the
 * trail, whose own policies must allow that. It encrypts no tenant's data.
 */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  AnyPrincipal,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ownNames } from '../config/own-names.ts';
import { usedByAlarms } from '../monitoring/alarm-topic.ts';
import { dynamodbEndpoint } from '../roles/dynamodb-endpoint.ts';
import { accountAdministers, productsRolesChangeNothing } from '../roles/key-administration.ts';

export interface ProductKeyProps {
  readonly rotationPeriodInDays: number;
  /** if the stack has a trail: made of its name, since the trail itself needs the key first */
  readonly trailArn: string | undefined;
  /** whether the stack has a topic for its alarms, which the key encrypts */
  readonly alarmTopic: boolean;
}

export class ProductKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: ProductKeyProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { trailArn } = props;
    this.key = new Key(this, 'Key', {
      description: "tenant-keys: the product's own table and logs; no tenant data",
      enableKeyRotation: true,
      rotationPeriod: Duration.days(props.rotationPeriodInDays),
      policy: new PolicyDocument({
        statements: [
          accountAdministers(),
          productsRolesChangeNothing(this),
          usedByTables(stack),
          usedByLogGroups(stack),
          ...(props.alarmTopic ? [usedByAlarms(this)] : []),
          ...(trailArn === undefined ? [] : [...usedByTrail(trailArn), readByAuditors(trailArn)]),
        ],
      }),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.key.addAlias(ownNames(this).ownAliasOf('product'));
  }
}

/**
 * As in the policy of AWS's own key aws/dynamodb: whoever may use a table may have DynamoDB decrypt it, so no role
 * needs a statement for this key. DynamoDB works through a grant, which it makes with the table.
 */
const usedByTables = (stack: Stack) =>
  new PolicyStatement({
    sid: 'TablesThroughDynamoDB',
    principals: [new AnyPrincipal()],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
      'kms:CreateGrant',
    ],
    resources: ['*'],
    conditions: {
      StringEquals: {
        'kms:ViaService': dynamodbEndpoint(stack),
        'kms:CallerAccount': stack.account,
      },
    },
  });

/** Only for the log groups of this stack: CloudFormation begins their names with the stack's name. */
const usedByLogGroups = (stack: Stack) =>
  new PolicyStatement({
    sid: 'LogGroupsThroughCloudWatch',
    principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
    ],
    resources: ['*'],
    conditions: {
      StringLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs',
          resource: `log-group:${stack.stackName}-*`,
        }),
      },
    },
  });

const usedByTrail = (trailArn: string) => [
  new PolicyStatement({
    sid: 'TrailEncrypts',
    principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
    actions: ['kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: {
      StringEquals: { 'kms:EncryptionContext:aws:cloudtrail:arn': trailArn },
      ArnEquals: { 'aws:SourceArn': trailArn },
    },
  }),
  new PolicyStatement({
    sid: 'TrailDescribes',
    principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
    actions: ['kms:DescribeKey'],
    resources: ['*'],
    conditions: { ArnEquals: { 'aws:SourceArn': trailArn } },
  }),
];

/** IAM decides who they are. CloudTrail encrypts its files with this encryption context. */
const readByAuditors = (trailArn: string) =>
  new PolicyStatement({
    sid: 'AuditorsReadTrail',
    principals: [new AccountRootPrincipal()],
    actions: ['kms:Decrypt'],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:EncryptionContext:aws:cloudtrail:arn': trailArn } },
  });
