/** Metrics of the functions' log lines: the functions count them, the alarms and the dashboard look at them. */

/** What may happen several times in one request; a line counts only what happened. */
export type RequestCount =
  | 'DataKeyCacheHits'
  | 'DataKeyCacheMisses'
  | 'RegistryCacheHits'
  | 'RegistryCacheMisses'
  | 'KmsCalls'
  | 'BrokerCalls'
  | 'StsCalls'
  | 'TableCalls'
  | 'KeyStoreCalls'
  | 'Throttles'
  | 'Items'
  | 'FailedItems';

export type MetricName =
  // of a request
  | 'Requests'
  | 'Refused'
  | 'Failed'
  | RequestCount
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
