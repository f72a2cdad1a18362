/** Alarms about the indexer, without which the audit table has no rows and the key alarms see nothing. */
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { productMetric, sum } from './metrics.ts';

export interface AuditAlarmsProps {
  readonly topic: ITopic;
  readonly indexer: IFunction;
  /** deliveries that were given up after three attempts */
  readonly failures: IQueue;
}

const period = Duration.minutes(5);

export class AuditAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, indexer, failures }: AuditAlarmsProps) {
    super(scope, id);
    addAlarm(this, 'Failing', topic, {
      name: 'indexer-failing',
      description:
        'The indexer has failed in two of three periods of five minutes: audit events come late.',
      metric: indexer.metricErrors({ period }),
      evaluationPeriods: 3,
      // Each delivery is tried three times.
      datapointsToAlarm: 2,
      okAction: true,
    });
    addAlarm(this, 'Lost', topic, {
      name: 'audit-events-missing',
      description:
        'Log lines did not become audit events: deliveries were given up, or lines could not be read.',
      metric: sum(
        {
          queued: failures.metricApproximateNumberOfMessagesVisible({
            period,
            statistic: Stats.MAXIMUM,
          }),
          dropped: indexer.metric('AsyncEventsDropped', { period, statistic: Stats.SUM }),
          unreadable: productMetric(this, 'UnreadableLines', period),
        },
        'deliveries and lines without events',
        period,
      ),
      okAction: true,
    });
  }
}
