/** Metrics of the product's own lines, and sums and rates of metrics. */
import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metricNamespace } from '../../contract/metrics.ts';

/** Of what the functions write in the embedded metric format. */
export const productMetric = (
  metricName: string,
  period: Duration,
  props: { readonly statistic?: string; readonly dimensionsMap?: Record<string, string> } = {},
): Metric =>
  new Metric({ namespace: metricNamespace, metricName, period, statistic: Stats.SUM, ...props });

/** One that has no data counts as 0; where none has, there is no sum. */
export function sum(metrics: Readonly<Record<string, IMetric>>, label: string, period: Duration) {
  const expression = Object.keys(metrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics: { ...metrics }, label, period });
}

/** @returns percent; 0 as long as there are fewer than `least`, which a share says nothing about */
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
