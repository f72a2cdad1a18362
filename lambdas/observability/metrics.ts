/**
 * A request's metrics, as members of its log line that make the line a document of CloudWatch's embedded metric
 * format (CloudWatch User Guide, "Specification: Embedded metric format"). Invariant: the operation, one of a
 * few of ours, is the only dimension. The tenant is none: a metric for each tenant would cost, and would show who
 * the tenants are.
 * Not Powertools' Metrics: it takes 13 ms to load, a tenth of the three AWS clients, and writes a line of its own.
 */
import type { MetricName } from '../../contract/metrics.ts';
import type { Operation } from '../../contract/routes.ts';
import { ownNames } from '../stack/own-names.ts';
import type { RequestStats } from './request-stats.ts';

export type RequestOutcome = 'succeeded' | 'refused' | 'failed';

const Namespace = ownNames.name;

/** `[]`: over all operations, so that an alarm needs no sum. */
const all: readonly string[] = [];

const count = (name: string) => ({ Name: name, Unit: 'Count' }) as const;

/**
 * @param names of members of the line that count something
 * @param dimensions names of members of the line; none for one metric over all
 * @returns the member by which CloudWatch makes metrics of a line
 */
export const counting = (names: readonly MetricName[], dimensions: readonly string[] = all) =>
  embedded([{ Namespace, Dimensions: [dimensions], Metrics: names.map(count) }]);

const embedded = <D>(CloudWatchMetrics: readonly D[]) => ({
  _aws: { Timestamp: Date.now(), CloudWatchMetrics },
});

const requestMetrics = [
  count('Requests'),
  count('Refused'),
  count('Failed'),
  { Name: 'Duration', Unit: 'Milliseconds' },
];
const byOperation = [['operation'], all];

/** @returns members of a log line that has `operation`, where there is one */
export function requestMetricsOf(
  operation: Operation | undefined,
  outcome: RequestOutcome,
  { counts, durationMs }: RequestStats,
) {
  const directives = [
    {
      Namespace,
      Dimensions: operation === undefined ? [all] : byOperation,
      Metrics: requestMetrics,
    },
    // What did not happen is neither named nor counted: CloudWatch takes no metric without its member.
    { Namespace, Dimensions: [all], Metrics: Object.keys(counts).map(count) },
  ];
  return {
    ...embedded(directives.filter(({ Metrics }) => Metrics.length > 0)),
    Requests: 1,
    Refused: outcome === 'refused' ? 1 : 0,
    Failed: outcome === 'failed' ? 1 : 0,
    Duration: tenths(durationMs),
    ...counts,
  };
}

/** @returns rounded to a tenth */
export const tenths = (ms: number): number => Math.round(ms * 10) / 10;
