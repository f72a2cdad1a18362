/** Alarms about what the isolation canary finds, and whether it runs. */
import { Duration } from 'aws-cdk-lib';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { MetricName } from '../../contract/metrics.ts';
import { addAlarm, onSilence } from './alarm.ts';
import { productMetric } from './metrics.ts';

export interface CanaryAlarmsProps {
  readonly topic: Topic;
  readonly everyMinutes: number;
}

/** A period without a run does not mean that it is over. */
const inAnyRun = { evaluationPeriods: 2, datapointsToAlarm: 1 };

export class CanaryAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, everyMinutes }: CanaryAlarmsProps) {
    super(scope, id);
    const counted = (name: MetricName) => productMetric(name, Duration.minutes(everyMinutes));
    addAlarm(this, 'Opened', topic, {
      name: 'canary-opened',
      description:
        "A tenant's session has reached what is another tenant's: a guard between tenants is gone.",
      metric: counted('CanaryOpenedPaths'),
      ...inAnyRun,
      okAction: true,
    });
    addAlarm(this, 'Broken', topic, {
      name: 'canary-broken',
      description: "A tenant's session was refused what is its own: tenants cannot work.",
      metric: counted('CanaryBrokenPaths'),
      ...inAnyRun,
      okAction: true,
    });
    addAlarm(this, 'Unknown', topic, {
      name: 'canary-unknown',
      description:
        'Attempts of the canary were neither let through nor refused, in three runs one after the other.',
      metric: counted('CanaryUnknownPaths'),
      // In one run it may be a throttled call.
      evaluationPeriods: 3,
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
