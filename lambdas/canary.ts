/**
 * The isolation canary. It has two tenants of its own and tries, by schedule and with real sessions, the ways that
 * we know from one to the other in the deployed stack. Invariant: a probe that gets through changes nothing, and
 * nothing that the canary encrypts is worth reading.
 */

import type { Context } from 'aws-lambda';
import type { CanaryReport } from '../contract/canary-report.ts';
import { canaryEnvironment, readEnvironment } from '../contract/environment.ts';
import { isFullRun } from '../contract/full-run.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { openPrincipals } from './canary/principals.ts';
import type { Probe } from './canary/probe.ts';
import { probes } from './canary/probes.ts';
import { levelOf, lineOf, together } from './canary/report.ts';
import { probesAt } from './canary/rotation.ts';
import { runProbes } from './canary/run-probes.ts';
import { targetsOf } from './canary/targets.ts';
import { log } from './observability/log.ts';

const environment = readEnvironment(canaryEnvironment);
const targets = targetsOf(environment);

/** For a probe that starts at the last moment: three attempts of 3 s each, twice where it needs a session. */
const reserveMs = 25_000;

export async function handler(event: unknown, context: Context): Promise<CanaryReport> {
  const principals = openPrincipals(targets, clientConfiguration);
  const lastStart = Date.now() + context.getRemainingTimeInMillis() - reserveMs;
  const run = (some: readonly Probe[]) => runProbes({ principals, probes: some, lastStart });
  const due = isFullRun(event) ? probes : probesAt(Date.now(), environment.EVERY_MINUTES, probes);
  let report = await run(due);
  if (report.opened.length > 0) {
    // How far it reaches is asked at once, not in the course of a round.
    report = together(report, await run(probes.filter((probe) => !due.includes(probe))));
  }
  principals.close();
  log(levelOf(report), lineOf(report));
  return report;
}
