/**
 * The isolation canary. It has two tenants of its own and tries, by schedule and with real sessions, every way that
 * we know from one to the other in the deployed stack. Invariant: a probe that gets through changes nothing, and
 * nothing that the canary encrypts is worth reading.
 */

import type { Context } from 'aws-lambda';
import type { CanaryReport } from '../contract/canary-report.ts';
import { canaryEnvironment, readEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { openPrincipals } from './canary/principals.ts';
import { probes } from './canary/probes.ts';
import { levelOf, lineOf } from './canary/report.ts';
import { runProbes } from './canary/run-probes.ts';
import { targetsOf } from './canary/targets.ts';
import { log } from './observability/log.ts';

const targets = targetsOf(readEnvironment(canaryEnvironment));

/** For a probe that starts at the last moment: three attempts of 3 s each, twice where it needs a session. */
const reserveMs = 25_000;

export async function handler(_event: unknown, context: Context): Promise<CanaryReport> {
  const principals = openPrincipals(targets, clientConfiguration);
  const lastStart = Date.now() + context.getRemainingTimeInMillis() - reserveMs;
  const report = await runProbes({ principals, probes, lastStart });
  principals.close();
  log(levelOf(report), lineOf(report));
  return report;
}
