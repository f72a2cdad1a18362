/** Alarms about what the reconciler finds, and whether it runs. */
import { Duration } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FindingKind, FindingOutcome } from '../../contract/findings.ts';
import { addAlarm } from './alarm.ts';
import { all, any, is, isOneOf, matchingLines } from './log-metric-filter.ts';

export interface ReconcilerAlarmsProps {
  readonly topic: Topic;
  readonly logs: ILogGroup;
  readonly everyMinutes: number;
}

/** Repaired, and yet somebody has loosened a key on purpose. */
const loosened: readonly FindingKind[] = ['key-policy', 'key-enabled', 'deletion-cancelled'];

const isFinding = is('$.message', 'finding');
const endedAs = (outcome: FindingOutcome) => is('$.outcome', outcome);

export class ReconcilerAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, logs, everyMinutes }: ReconcilerAlarmsProps) {
    super(scope, id);
    // One run in each period, or in the next: what is still so is found again.
    const period = Duration.minutes(everyMinutes);
    const counted = { logGroup: logs, period };
    addAlarm(this, 'Finding', topic, {
      name: 'reconciler-finding',
      what: 'The reconciler has found something that a person must decide, or a key that was loosened by hand.',
      metric: matchingLines(this, 'Findings', {
        ...counted,
        pattern: all(
          isFinding,
          any(endedAs('reported'), all(endedAs('repaired'), isOneOf('$.kind', loosened))),
        ),
        metricName: 'FindingsToDecide',
      }),
      periods: 2,
      inPeriods: 1,
      tellsEnd: true,
    });
    addAlarm(this, 'Failure', topic, {
      name: 'reconciler-failing',
      what: 'The reconciler could not do what it should, in two runs of three.',
      metric: matchingLines(this, 'Failures', {
        ...counted,
        pattern: all(isFinding, endedAs('failed')),
        metricName: 'FailedFindings',
      }),
      // A tenant who has just been onboarded may fail once: KMS's tags take minutes to count.
      periods: 3,
      inPeriods: 2,
      tellsEnd: true,
    });
    addAlarm(this, 'Silence', topic, {
      name: 'reconciler-silent',
      what: 'The reconciler has ended no run for three times as long as it should take.',
      metric: matchingLines(this, 'Runs', {
        ...counted,
        pattern: is('$.message', 'reconciled'),
        metricName: 'ReconcilerRuns',
      }),
      fewerThan: 1,
      periods: 3,
      tellsEnd: true,
    });
  }
}
