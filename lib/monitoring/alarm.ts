/** An alarm as all of this stack are. Invariant: it has a runbook under its name, and tells the topic. */
import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type CreateAlarmOptions,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlarmTerms {
  /** after the stack's name; and the heading of its runbook in docs/operations.md */
  readonly name: string;
  /** what has happened, in a sentence */
  readonly what: string;
  /** with the period over which it is looked at */
  readonly metric: IMetric;
  /** the least at which it goes off; 1 if it is not said */
  readonly atLeast?: number;
  /** goes off below this instead, and where there is nothing at all */
  readonly fewerThan?: number;
  /** how many periods are looked at, and in how many of them it must be so; 1 and all if it is not said */
  readonly periods?: number;
  readonly inPeriods?: number;
  /** also tells when it is over: of a state, not of an event */
  readonly tellsEnd?: boolean;
  /** of a percentile */
  readonly options?: Pick<CreateAlarmOptions, 'evaluateLowSampleCountPercentile'>;
}

export function addAlarm(scope: Construct, id: string, topic: Topic, terms: AlarmTerms): Alarm {
  const { name, what, metric, atLeast = 1, fewerThan, periods = 1 } = terms;
  const isSilence = fewerThan !== undefined;
  const alarm = new Alarm(scope, id, {
    ...terms.options,
    metric,
    alarmName: `${Stack.of(scope).stackName}-${name}`,
    alarmDescription: `${what}\nRunbook: docs/operations.md#${name}`,
    threshold: isSilence ? fewerThan : atLeast,
    comparisonOperator: isSilence
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods,
    datapointsToAlarm: terms.inPeriods ?? periods,
    treatMissingData: isSilence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  const tell = new SnsAction(topic);
  alarm.addAlarmAction(tell);
  if (terms.tellsEnd) alarm.addOkAction(tell);
  return alarm;
}
