/** Metrics that count the lines of a log that match a pattern. */
import type { Duration } from 'aws-cdk-lib';
import { type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  FilterPattern,
  type ILogGroup,
  type JsonPattern,
  MetricFilter,
} from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ownNames } from '../config/own-names.ts';

export interface LogMetricFilterOptions {
  readonly logGroup: ILogGroup;
  readonly filterPattern: JsonPattern;
  readonly metricName: string;
  /** of the metric */
  readonly period: Duration;
}

/**
 * Filters of several logs or patterns may count into one metric.
 * @returns the metric
 */
export function addLogMetricFilter(
  scope: Construct,
  id: string,
  { period, ...filter }: LogMetricFilterOptions,
): Metric {
  return new MetricFilter(scope, id, {
    ...filter,
    metricNamespace: ownNames(scope).name,
    metricValue: '1',
  }).metric({ period, statistic: Stats.SUM });
}

export const all = FilterPattern.all;
export const any = FilterPattern.any;
export const isTrue = (selector: string) => FilterPattern.booleanValue(selector, true);
export const isFalse = (selector: string) => FilterPattern.booleanValue(selector, false);
export const isMissing = (selector: string) => FilterPattern.notExists(selector);

/** @param value may begin and end with `*`, which stands for any text */
export const is = (selector: string, value: string) =>
  FilterPattern.stringValue(selector, '=', value);
export const isNot = (selector: string, value: string) =>
  FilterPattern.stringValue(selector, '!=', value);
export const isOneOf = (selector: string, values: readonly string[]) =>
  any(...values.map((value) => is(selector, value)));

/** Also true where the member is missing, which `!=` alone is not (local/logs/condition.ts has the source). */
export const isNoneOf = (selector: string, values: readonly string[]) =>
  any(isMissing(selector), all(...values.map((value) => isNot(selector, value))));
