/** Alarms about how much tenants decrypt, each against its own past, and whether somebody compares it. */
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm } from './alarm.ts';
import { productMetric } from './metrics.ts';

export interface VolumeAlarmsProps {
  readonly topic: Topic;
}

/** Of the runs. */
const period = Duration.hours(1);

export class VolumeAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic }: VolumeAlarmsProps) {
    super(scope, id);
    addAlarm(this, 'Unusual', topic, {
      name: 'unusual-decrypt-volume',
      what: 'A tenant has decrypted far more in an hour than it usually does.',
      metric: productMetric('UnusualDecryptVolume', period),
      // An hour may be without a run, and the next one with two.
      periods: 2,
      inPeriods: 1,
      tellsEnd: true,
    });
    addAlarm(this, 'Unjudged', topic, {
      name: 'volumes-unjudged',
      what: 'For three hours the volumes of some tenants could not be compared.',
      metric: productMetric('UnjudgedVolumes', period),
      // Hours that were missed are caught up with.
      periods: 3,
      tellsEnd: true,
    });
    addAlarm(this, 'Silence', topic, {
      name: 'volumes-silent',
      what: 'Nobody has compared volumes for three hours.',
      // Each run counts what it has found, and be it 0.
      metric: productMetric('UnusualDecryptVolume', period, { statistic: Stats.SAMPLE_COUNT }),
      fewerThan: 1,
      periods: 3,
      tellsEnd: true,
    });
  }
}
