/** Alarms about what the reconciler finds, and whether it runs. */
import { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FindingKind, FindingOutcome } from '../../contract/findings.ts';
import { addAlarm, onSilence } from './alarm.ts';
import { addLogMetricFilter, all, any, is, isOneOf } from './log-metric-filter.ts';

export interface ReconcilerAlarmsProps {
  readonly topic: ITopic;
  readonly logs: ILogGroup;
  readonly everyMinutes: number;
}

/** Even if they were repaired: somebody has loosened a key on purpose. */
const loosened: readonly FindingKind[] = ['key-policy', 'key-enabled', 'deletion-cancelled'];

const isFinding = is('$.message', 'finding');
const endedAs = (outcome: FindingOutcome) => is('$.outcome', outcome);

export class ReconcilerAlarms extends Construct {
  readonly findingsToDecide: Metric;
  readonly failedFindings: Metric;

  constructor(scope: Construct, id: string, { topic, logs, everyMinutes }: ReconcilerAlarmsProps) {
    super(scope, id);
    // A period may have no run and the next two. What is still wrong is found again.
    const period = Duration.minutes(everyMinutes);
    const counted = { logGroup: logs, period };
    this.findingsToDecide = addLogMetricFilter(this, 'Findings', {
      ...counted,
      filterPattern: all(
        isFinding,
        any(endedAs('reported'), all(endedAs('repaired'), isOneOf('$.kind', loosened))),
      ),
      metricName: 'FindingsToDecide',
    });
    addAlarm(this, 'Finding', topic, {
      name: 'reconciler-finding',
      description:
        'The reconciler has found something that a person must decide, or a key that was loosened by hand.',
      metric: this.findingsToDecide,
      evaluationPeriods: 2,
      datapointsToAlarm: 1,
      okAction: true,
    });
    this.failedFindings = addLogMetricFilter(this, 'Failures', {
      ...counted,
      filterPattern: all(isFinding, endedAs('failed')),
      metricName: 'FailedFindings',
    });
    addAlarm(this, 'Failure', topic, {
      name: 'reconciler-failing',
      description: 'The reconciler could not do what it should, in two runs of three.',
      metric: this.failedFindings,
      // It may fail once for a tenant that was just onboarded: KMS's tags take minutes to count.
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      okAction: true,
    });
    addAlarm(this, 'Silence', topic, {
      name: 'reconciler-silent',
      description: 'The reconciler has ended no run for three times as long as it should take.',
      metric: addLogMetricFilter(this, 'Runs', {
        ...counted,
        filterPattern: is('$.message', 'reconciled'),
        metricName: 'ReconcilerRuns',
      }),
      ...onSilence,
      evaluationPeriods: 3,
      okAction: true,
    });
  }
}
