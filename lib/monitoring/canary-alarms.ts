/** Alarms about what the isolation canary finds, and whether it runs. */
import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { MetricName } from '../../contract/metrics.ts';
import { runsARound } from '../../contract/rounds.ts';
import { addAlarm, onSilence } from './alarm.ts';
import { productMetric } from './metrics.ts';

export interface CanaryAlarmsProps {
  readonly topic: ITopic;
  readonly everyMinutes: number;
}

export class CanaryAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, everyMinutes }: CanaryAlarmsProps) {
    super(scope, id);
    const counted = (name: MetricName) => productMetric(this, name, Duration.minutes(everyMinutes));
    // A path may be tried again a round later only: until then a run that finds nothing does not mean that it is over.
    // A round's last run and the next one's first may fall into one period.
    const aRound = { evaluationPeriods: runsARound(everyMinutes) + 2 };
    const once = { ...aRound, datapointsToAlarm: 1 };
    addAlarm(this, 'Opened', topic, {
      name: 'canary-opened',
      description:
        "A tenant's session has reached what is another tenant's: a guard between tenants is gone.",
      metric: counted('CanaryOpenedPaths'),
      ...once,
      okAction: true,
    });
    addAlarm(this, 'Broken', topic, {
      name: 'canary-broken',
      description: "A tenant's session was refused what is its own: tenants cannot work.",
      metric: counted('CanaryBrokenPaths'),
      ...once,
      okAction: true,
    });
    addAlarm(this, 'Unknown', topic, {
      name: 'canary-unknown',
      description:
        'Attempts of the canary were neither let through nor refused, in two runs of one round.',
      metric: counted('CanaryUnknownPaths'),
      // In one run it may be a throttled call; the next run tries the same paths once more.
      ...aRound,
      datapointsToAlarm: 2,
      okAction: true,
    });
    addAlarm(this, 'Silence', topic, {
      name: 'canary-silent',
      description: 'The canary has ended no run for three times as long as it should take.',
      metric: counted('CanaryRuns'),
      ...onSilence,
      evaluationPeriods: 3,
      okAction: true,
    });
  }
}
