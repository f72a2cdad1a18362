/** Metrics that the functions' log lines carry, and sums and shares of metrics. */
import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../contract/metrics.ts';
import { ownNames } from '../config/own-names.ts';

export const productMetric = (
  scope: Construct,
  metricName: MetricName,
  period: Duration,
  props: { readonly statistic?: string; readonly dimensionsMap?: Record<string, string> } = {},
): Metric =>
  new Metric({
    namespace: ownNames(scope).name,
    metricName,
    period,
    statistic: Stats.SUM,
    ...props,
  });

/** A metric without data counts as 0; where none has data, the sum has none either. */
export function sum(metrics: Readonly<Record<string, IMetric>>, label: string, period: Duration) {
  const expression = Object.keys(metrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics: { ...metrics }, label, period });
}

/** @returns percent; 0 while `part` is below `least`, so that a few of few are no alarm */
export function share(
  part: IMetric,
  whole: IMetric,
  least: number,
  label: string,
  period: Duration,
): MathExpression {
  return new MathExpression({
    expression: `IF(part >= ${least}, 100 * part / whole, 0)`,
    usingMetrics: { part, whole },
    label,
    period,
  });
}
