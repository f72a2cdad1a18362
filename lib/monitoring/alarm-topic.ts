/**
 * Where all alarms go. Invariant: what is published is encrypted with the product's key, which CloudWatch may use
 * for this stack's alarms and nobody else for a message: who could publish by IAM is refused by the key.
 */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  readonly key: IKey;
  /** asked by SNS whether it wants them, before it gets any */
  readonly email: string | undefined;
}

const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');

/** The names of alarms begin with the stack's. */
const ownAlarms = (stack: Stack) => ({
  ArnLike: {
    'aws:SourceArn': stack.formatArn({
      service: 'cloudwatch',
      resource: `alarm:${stack.stackName}-*`,
    }),
  },
  StringEquals: { 'aws:SourceAccount': stack.account },
});

export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { key, email }: AlarmTopicProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.topic = new Topic(this, 'Topic', {
      displayName: `${stack.stackName} alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    // With a policy of its own, the topic has not the default one, which admits the whole account.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: ownAlarms(stack),
      }),
    );
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }
}

/**
 * For the policy of the key that encrypts the topic. Without it alarms are dropped, and nobody is told (SNS
 * Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 */
export const usedByAlarms = (stack: Stack) =>
  new PolicyStatement({
    sid: 'AlarmsPublishEncrypted',
    principals: [cloudWatch],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: ownAlarms(stack),
  });
