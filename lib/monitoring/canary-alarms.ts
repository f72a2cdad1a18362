/** Alarms about the isolation canary's attempts. */
import { Duration } from 'aws-cdk-lib';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { productMetric } from './metrics.ts';

export interface CanaryAlarmsProps {
  readonly topic: Topic;
  readonly everyMinutes: number;
}

/** A period may be without a run, which does not mean that it is over. */
const inAnyRun = { periods: 2, inPeriods: 1 };

export class CanaryAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, everyMinutes }: CanaryAlarmsProps) {
    super(scope, id);
    const counted = (name: string) => productMetric(name, Duration.minutes(everyMinutes));
    addAlarm(this, 'Opened', topic, {
      name: 'canary-opened',
      what: "A tenant's session has reached what is another tenant's: a guard between tenants is gone.",
      metric: counted('CanaryOpenedPaths'),
      ...inAnyRun,
      tellsEnd: true,
    });
    addAlarm(this, 'Broken', topic, {
      name: 'canary-broken',
      what: "A tenant's session was refused what is its own: tenants cannot work.",
      metric: counted('CanaryBrokenPaths'),
      ...inAnyRun,
      tellsEnd: true,
    });
    addAlarm(this, 'Unknown', topic, {
      name: 'canary-unknown',
      what: 'Attempts of the canary were neither let through nor refused, in three runs one after the other.',
      metric: counted('CanaryUnknownPaths'),
      // Once is a throttled call.
      periods: 3,
      tellsEnd: true,
    });
    addAlarm(this, 'Silence', topic, {
      name: 'canary-silent',
      what: 'The canary has ended no run for three times as long as it should take.',
      metric: counted('CanaryRuns'),
      fewerThan: 1,
      periods: 3,
      tellsEnd: true,
    });
  }
}
