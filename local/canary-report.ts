/** The canary's report for a terminal. */
import type { CanaryReport } from '../contract/canary-report.ts';

/** @returns several lines: first what is wrong */
export function canaryReportText({
  opened,
  broken,
  unknown,
  denied,
  allowed,
}: CanaryReport): string {
  const list = (title: string, names: readonly string[]) =>
    names.map((name) => `${title}  ${name}`);
  return [
    ...list('OPEN   ', opened),
    ...list('BROKEN ', broken),
    ...list('unknown', unknown),
    `${denied.length} paths are refused and ${allowed.length} allowed, as they must be; ` +
      `${opened.length} open, ${broken.length} broken, ${unknown.length} unknown`,
  ].join('\n');
}
