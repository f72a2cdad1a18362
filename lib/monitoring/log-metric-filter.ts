/** How many lines of a log match a pattern: a metric filter, and its metric. */
import type { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  FilterPattern,
  type ILogGroup,
  type JsonPattern,
  MetricFilter,
} from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { metricNamespace } from '../../contract/metrics.ts';
import { productMetric } from './metrics.ts';

export interface MatchingLines {
  readonly logGroup: ILogGroup;
  readonly pattern: JsonPattern;
  readonly metricName: string;
  /** over which the alarm looks at the metric */
  readonly period: Duration;
}

/** Filters of several logs or patterns may count into one metric. */
export function matchingLines(scope: Construct, id: string, lines: MatchingLines): Metric {
  const { logGroup, pattern, metricName, period } = lines;
  new MetricFilter(scope, id, {
    logGroup,
    filterPattern: pattern,
    metricNamespace,
    metricName,
    metricValue: '1',
  });
  return productMetric(metricName, period);
}

export const all = FilterPattern.all;
export const any = FilterPattern.any;
export const isTrue = (selector: string) => FilterPattern.booleanValue(selector, true);
export const isFalse = (selector: string) => FilterPattern.booleanValue(selector, false);
export const isMissing = (selector: string) => FilterPattern.notExists(selector);

/** @param value with a `*` before or after it for any text there */
export const is = (selector: string, value: string) =>
  FilterPattern.stringValue(selector, '=', value);
export const isNot = (selector: string, value: string) =>
  FilterPattern.stringValue(selector, '!=', value);
export const isOneOf = (selector: string, values: readonly string[]) =>
  any(...values.map((value) => is(selector, value)));

/** Also true where it is missing: a comparison alone is not (local/logs/condition.ts has the source). */
export const isNoneOf = (selector: string, values: readonly string[]) =>
  any(isMissing(selector), all(...values.map((value) => isNot(selector, value))));
