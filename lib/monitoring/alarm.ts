/** An alarm of this stack. Invariant: it has a runbook under its name, and notifies the topic. */
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { ownNames } from '../config/own-names.ts';

type Evaluation = Pick<
  AlarmProps,
  | 'threshold'
  | 'comparisonOperator'
  | 'evaluationPeriods'
  | 'datapointsToAlarm'
  | 'treatMissingData'
  | 'evaluateLowSampleCountPercentile'
>;

/** CloudWatch's own names. By default one period in which the metric reaches 1 is an alarm, and no data is none. */
export interface AlarmOptions extends Partial<Evaluation> {
  /** after the stack's name; also the heading of its runbook in docs/operations.md */
  readonly name: string;
  /** what has happened, in a sentence */
  readonly description: string;
  /** with its period */
  readonly metric: IMetric;
  /** whether the topic is also notified when it is over: for a state that lasts, not for an event */
  readonly okAction?: boolean;
}

/**
 * An alarm about what does not happen. Its metric has data only where it happens, so silence is a lack of data, of which
 * the topic is notified. It is not breaching: a new alarm begins without data (CloudWatch user guide, "Using CloudWatch
 * alarms"), and would be red until the first run, after each first deployment.
 */
export const onSilence = {
  threshold: 1,
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.MISSING,
} as const satisfies Partial<Evaluation>;

export function addAlarm(
  scope: Construct,
  id: string,
  topic: ITopic,
  { name, description, okAction = false, ...options }: AlarmOptions,
): Alarm {
  const { evaluationPeriods = 1, datapointsToAlarm = evaluationPeriods } = options;
  const alarm = new Alarm(scope, id, {
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...options,
    evaluationPeriods,
    datapointsToAlarm,
    alarmName: `${ownNames(scope).name}-${name}`,
    alarmDescription: `${description}\nRunbook: docs/operations.md#${name}`,
  });
  const notify = new SnsAction(topic);
  alarm.addAlarmAction(notify);
  if (okAction) alarm.addOkAction(notify);
  if (options.treatMissingData === TreatMissingData.MISSING)
    alarm.addInsufficientDataAction(notify);
  return alarm;
}
