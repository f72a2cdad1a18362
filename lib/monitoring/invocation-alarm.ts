/**
 * The alarm about functions behind the API that somebody else than API Gateway invokes. Invariant: API Gateway counts
 * as the caller only where it calls by itself. With credentials of a role, which any API of the account may be given, the
 * event has the role's identity and API Gateway's name (CloudTrail user guide, "userIdentity element").
 */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { addLogMetricFilter, all, any, is, isNoneOf, isOneOf } from './log-metric-filter.ts';

export interface InvocationAlarmProps {
  readonly topic: Topic;
  /** to which the trail delivers, with data events of these functions */
  readonly logs: ILogGroup;
  readonly functionNames: readonly string[];
}

const byOthers = any(
  isNoneOf('$.userIdentity.type', ['AWSService']),
  isNoneOf('$.userIdentity.invokedBy', ['apigateway.amazonaws.com']),
);

export class InvocationAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, logs, functionNames }: InvocationAlarmProps) {
    super(scope, id);
    addAlarm(this, 'Strangers', topic, {
      name: 'function-invoked',
      description: 'Somebody other than API Gateway has invoked a function behind the API.',
      metric: addLogMetricFilter(this, 'Invocations', {
        logGroup: logs,
        metricName: 'StrangersInvocations',
        period: Duration.minutes(5),
        filterPattern: all(
          is('$.eventSource', 'lambda.amazonaws.com'),
          is('$.eventName', 'Invoke*'),
          isOneOf(
            '$.resources[0].ARN',
            functionNames.map((name) => `*:${name}*`),
          ),
          byOthers,
        ),
      }),
    });
  }
}
