/** The log line of a run, which carries the metrics, and its level. */
import type { CanaryReport } from '../../contract/canary-report.ts';
import type { LogLevel } from '../observability/log.ts';
import { counting } from '../observability/metrics.ts';

export const together = (one: CanaryReport, other: CanaryReport): CanaryReport => ({
  opened: [...one.opened, ...other.opened],
  broken: [...one.broken, ...other.broken],
  unknown: [...one.unknown, ...other.unknown],
  denied: [...one.denied, ...other.denied],
  allowed: [...one.allowed, ...other.allowed],
});

export function levelOf({ opened, broken, unknown }: CanaryReport): LogLevel {
  if (opened.length > 0 || broken.length > 0) return 'ERROR';
  return unknown.length > 0 ? 'WARN' : 'INFO';
}

const metrics = [
  'CanaryOpenedPaths',
  'CanaryBrokenPaths',
  'CanaryUnknownPaths',
  'CanaryRuns',
] as const;

export const lineOf = (report: CanaryReport) => ({
  message: 'canary',
  ...report,
  CanaryOpenedPaths: report.opened.length,
  CanaryBrokenPaths: report.broken.length,
  CanaryUnknownPaths: report.unknown.length,
  CanaryRuns: 1,
  ...counting(metrics),
});
