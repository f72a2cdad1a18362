/**
 * The alarm about many deletions of keys at once. Each may be in order by itself: who has code running in the control plane
 * can schedule the deletion of every tenant's key, with rows that say so, and neither `key-change` nor the reconciler has
 * anything to tell. Invariant: what the product's own roles schedule counts by the trail, whatever the registry says of
 * the key by then; what others schedule counts where the key is a tenant's.
 */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { addLogMetricFilter, all, is, isMissing, isNoneOf, isOneOf } from './log-metric-filter.ts';

export interface KeyDeletionAlarmProps {
  readonly topic: ITopic;
  readonly logs: {
    /** to which the trail delivers */
    readonly trail: ILogGroup;
    readonly indexer: ILogGroup;
  };
  /** ARNs of the product's roles that schedule deletions */
  readonly roleArns: readonly string[];
}

/**
 * An offboarding is one person's decision about one customer, and the reconciler's share is what was cut off. Whoever
 * offboards more than four tenants within an hour knows it, and expects the mail.
 */
const manyAnHour = 5;

export class KeyDeletionAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, logs, roleArns }: KeyDeletionAlarmProps) {
    super(scope, id);
    const counted = { metricName: 'ScheduledKeyDeletions', period: Duration.hours(1) };
    addLogMetricFilter(this, 'ByOthers', {
      ...counted,
      logGroup: logs.indexer,
      filterPattern: all(
        is('$.message', 'key event'),
        is('$.outcome', 'succeeded'),
        is('$.operation', 'ScheduleKeyDeletion'),
        isNoneOf('$.principal', roleArns),
      ),
    });
    addAlarm(this, 'Many', topic, {
      name: 'many-key-deletions',
      description: `The deletion of ${manyAnHour} keys or more was scheduled within an hour.`,
      metric: addLogMetricFilter(this, 'ByProduct', {
        ...counted,
        logGroup: logs.trail,
        filterPattern: all(
          is('$.eventName', 'ScheduleKeyDeletion'),
          isMissing('$.errorCode'),
          isOneOf('$.userIdentity.sessionContext.sessionIssuer.arn', roleArns),
        ),
      }),
      threshold: manyAnHour,
    });
  }
}
