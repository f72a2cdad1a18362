/** What a run has found: a log line that carries the metrics, and text for a terminal. */
import type { LogLevel } from '../observability/log.ts';
import { counting } from '../observability/metrics.ts';

export interface CanaryReport {
  /** names of probes that must be refused and got through */
  readonly opened: readonly string[];
  /** names of probes that must be allowed and were refused */
  readonly broken: readonly string[];
  /** names of probes that show neither */
  readonly unknown: readonly string[];
  /** how many probes were refused, as they must be */
  readonly denied: number;
  /** how many probes were allowed, as they must be */
  readonly allowed: number;
}

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

/** @returns lines for a terminal */
export function textOf({ opened, broken, unknown, denied, allowed }: CanaryReport): string {
  const list = (title: string, names: readonly string[]) =>
    names.map((name) => `${title}  ${name}`);
  return [
    ...list('OPEN   ', opened),
    ...list('BROKEN ', broken),
    ...list('unknown', unknown),
    `${denied} paths are refused and ${allowed} allowed, as they must be; ` +
      `${opened.length} open, ${broken.length} broken, ${unknown.length} unknown`,
  ].join('\n');
}
