/**
 * The topic that all alarms notify. Invariant: messages are encrypted with the product's key, which only CloudWatch
 * may use, and only for this stack's alarms. A caller whom IAM lets publish is refused by the key.
 */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { ownNames } from '../config/own-names.ts';

export interface AlarmTopicProps {
  readonly key: IKey;
  /** gets a mail for each alarm, once its owner has confirmed the subscription to SNS */
  readonly email: string | undefined;
}

const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');

/** The names of alarms begin with the stack's name. */
const ownAlarms = (scope: Construct) => ({
  ArnLike: {
    'aws:SourceArn': Stack.of(scope).formatArn({
      service: 'cloudwatch',
      resource: `alarm:${ownNames(scope).name}-*`,
    }),
  },
  StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
});

export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { key, email }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: `${ownNames(this).name} alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    // This policy replaces the default one, which lets the whole account publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: ownAlarms(this),
      }),
    );
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }
}

/**
 * For the policy of the key that encrypts the topic. Without it alarms are silently dropped (SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 */
export const usedByAlarms = (scope: Construct) =>
  new PolicyStatement({
    sid: 'AlarmsPublishEncrypted',
    principals: [cloudWatch],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: ownAlarms(scope),
  });
