/**
 * How CloudWatch evaluates an alarm whose metric has data only now and then. Source: CloudWatch user guide, "Using
 * CloudWatch alarms" (a new alarm is in INSUFFICIENT_DATA; actions are for changes of state) and "Configuring how
 * CloudWatch alarms treat missing data". Nothing of this was tried on AWS.
 */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface EvaluatedAlarm {
  readonly TreatMissingData: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly AlarmActions: readonly unknown[];
  readonly OKActions?: readonly unknown[];
  readonly InsufficientDataActions?: readonly unknown[];
}

type Datapoints = readonly (number | undefined)[];

/**
 * @param evaluations for each evaluation of a new alarm the last periods that there are, the latest at the end
 * @returns the state after the last one, and the states of which the topic was notified
 */
export function evaluated(alarm: EvaluatedAlarm, evaluations: readonly Datapoints[]) {
  const actions = {
    ALARM: alarm.AlarmActions,
    OK: alarm.OKActions ?? [],
    INSUFFICIENT_DATA: alarm.InsufficientDataActions ?? [],
  };
  const notified: AlarmState[] = [];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (const datapoints of evaluations) {
    const next = stateOf(alarm, datapoints);
    if (next !== state && actions[next].length > 0) notified.push(next);
    state = next;
  }
  return { state, notified };
}

/** Past the evaluation periods CloudWatch looks back some more for data: here, twice as far. */
function stateOf(alarm: EvaluatedAlarm, datapoints: Datapoints): AlarmState {
  const range = alarm.EvaluationPeriods * 2;
  const looked = [...Array.from<undefined>({ length: range }), ...datapoints].slice(-range);
  const present = looked.filter((value) => value !== undefined);
  if (alarm.TreatMissingData === 'missing') {
    if (present.length === 0) return 'INSUFFICIENT_DATA';
    const last = present.slice(-alarm.EvaluationPeriods);
    return isAlarm(alarm, last) ? 'ALARM' : 'OK';
  }
  const filler = alarm.TreatMissingData === 'breaching';
  const last = looked.slice(-alarm.EvaluationPeriods);
  return countOf(alarm, last, filler) >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK';
}

const isAlarm = (alarm: EvaluatedAlarm, values: Datapoints): boolean =>
  countOf(alarm, values, false) >= alarm.DatapointsToAlarm;

const countOf = (alarm: EvaluatedAlarm, values: Datapoints, filler: boolean): number =>
  values.filter((value) => (value === undefined ? filler : isBreaching(alarm, value))).length;

const isBreaching = ({ ComparisonOperator, Threshold }: EvaluatedAlarm, value: number): boolean =>
  ComparisonOperator === 'LessThanThreshold' ? value < Threshold : value >= Threshold;
