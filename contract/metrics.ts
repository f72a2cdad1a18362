/** Metrics of the functions' log lines: the functions count them, the alarms and the dashboard look at them. */

/** CloudWatch's namespace of all metrics of this product. */
export const metricNamespace = 'TenantKeys';

export type MetricName =
  // of a request
  | 'Requests'
  | 'Refused'
  | 'Failed'
  | 'DataKeyCacheHits'
  | 'DataKeyCacheMisses'
  | 'RegistryCacheHits'
  | 'RegistryCacheMisses'
  | 'KmsCalls'
  | 'StsCalls'
  | 'TableCalls'
  | 'Throttles'
  | 'Items'
  | 'FailedItems'
  // of the indexer
  | 'IndexedLines'
  | 'IndexedRows'
  | 'UnreadableLines'
  // of the reconciler
  | 'Keys'
  | 'Findings'
  // of decrypt anomalies
  | 'UnusualDecryptVolume'
  | 'UnjudgedVolumes'
  // of the canary
  | 'CanaryOpenedPaths'
  | 'CanaryBrokenPaths'
  | 'CanaryUnknownPaths'
  | 'CanaryRuns';
