/** Alarms about the audit table: that what is logged becomes rows. Without them the key alarms are blind. */
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { productMetric, sum } from './metrics.ts';

export interface AuditAlarmsProps {
  readonly topic: Topic;
  readonly indexer: IFunction;
  /** deliveries that were given up */
  readonly failures: IQueue;
}

const period = Duration.minutes(5);

export class AuditAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, indexer, failures }: AuditAlarmsProps) {
    super(scope, id);
    addAlarm(this, 'Failing', topic, {
      name: 'indexer-failing',
      what: 'The indexer has failed in two of three periods of five minutes: audit events come late.',
      metric: indexer.metricErrors({ period }),
      periods: 3,
      // Each delivery is tried three times.
      inPeriods: 2,
      tellsEnd: true,
    });
    addAlarm(this, 'Lost', topic, {
      name: 'audit-events-missing',
      what: 'Log lines did not become audit events: deliveries were given up, or lines could not be read.',
      metric: sum(
        {
          queued: failures.metricApproximateNumberOfMessagesVisible({
            period,
            statistic: Stats.MAXIMUM,
          }),
          dropped: indexer.metric('AsyncEventsDropped', { period, statistic: Stats.SUM }),
          unreadable: productMetric('UnreadableLines', period),
        },
        'deliveries and lines without events',
        period,
      ),
      tellsEnd: true,
    });
  }
}
