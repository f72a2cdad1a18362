/** The alarm about keys of which the registry does not say that they are one tenant's. */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { addLogMetricFilter, is } from './log-metric-filter.ts';

export interface KeyOwnerAlarmProps {
  readonly topic: ITopic;
  /** the indexer's */
  readonly logs: ILogGroup;
}

export class KeyOwnerAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, logs }: KeyOwnerAlarmProps) {
    super(scope, id);
    addAlarm(this, 'Disputed', topic, {
      name: 'key-owner-disputed',
      description:
        "Several rows of the registry name one key, or a tenant's session has used a key that its row does not name.",
      metric: addLogMetricFilter(this, 'Disputes', {
        logGroup: logs,
        filterPattern: is('$.message', 'key owner disputed'),
        metricName: 'DisputedKeyOwners',
        period: Duration.minutes(5),
      }),
    });
  }
}
