/** What a run has found: for the log, whose line carries the metrics, and for a person. */
import type { LogLevel } from '../observability/log.ts';
import { counting } from '../observability/metrics.ts';

export interface Report {
  /** names of paths that must be closed and are open */
  readonly opened: readonly string[];
  /** of paths that must be open and are not */
  readonly broken: readonly string[];
  /** of paths of which neither can be said */
  readonly unknown: readonly string[];
  /** how many are closed, and open, as they must be */
  readonly denied: number;
  readonly allowed: number;
}

export function levelOf({ opened, broken, unknown }: Report): LogLevel {
  if (opened.length > 0 || broken.length > 0) return 'ERROR';
  return unknown.length > 0 ? 'WARN' : 'INFO';
}

const metrics = ['CanaryOpenedPaths', 'CanaryBrokenPaths', 'CanaryUnknownPaths', 'CanaryRuns'];

export const lineOf = (report: Report) => ({
  message: 'canary',
  ...report,
  CanaryOpenedPaths: report.opened.length,
  CanaryBrokenPaths: report.broken.length,
  CanaryUnknownPaths: report.unknown.length,
  CanaryRuns: 1,
  ...counting(metrics),
});

/** @returns lines for a terminal */
export function textOf({ opened, broken, unknown, denied, allowed }: Report): string {
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
