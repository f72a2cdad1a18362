/** Alarms about tenants who decrypt far more than they used to, and whether that is looked at. */
import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { addAlarm, onSilence } from './alarm.ts';
import { productMetric } from './metrics.ts';

export interface DecryptAnomalyAlarmsProps {
  readonly topic: ITopic;
}

/** As often as the function runs. */
const period = Duration.hours(1);

export class DecryptAnomalyAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic }: DecryptAnomalyAlarmsProps) {
    super(scope, id);
    addAlarm(this, 'Unusual', topic, {
      name: 'unusual-decrypt-volume',
      description: 'A tenant has decrypted far more in an hour than it usually does.',
      metric: productMetric(this, 'UnusualDecryptVolume', period),
      // One hour may have no run, and the next two.
      evaluationPeriods: 2,
      datapointsToAlarm: 1,
      okAction: true,
    });
    addAlarm(this, 'Unjudged', topic, {
      name: 'volumes-unjudged',
      description: 'For three hours the volumes of some tenants could not be compared.',
      metric: productMetric(this, 'UnjudgedVolumes', period),
      // A later run catches up on hours that were missed.
      evaluationPeriods: 3,
      okAction: true,
    });
    addAlarm(this, 'Silence', topic, {
      name: 'volumes-silent',
      description: 'Nobody has compared volumes for three hours.',
      // Each run counts what it has found, even if that is 0.
      metric: productMetric(this, 'UnusualDecryptVolume', period, {
        statistic: Stats.SAMPLE_COUNT,
      }),
      ...onSilence,
      evaluationPeriods: 3,
      okAction: true,
    });
  }
}
