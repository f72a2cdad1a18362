/**
 * The isolation canary: two tenants of the stack's own, and every way that we know from the one to the other, tried
 * with real sessions against the stack as it is deployed, by schedule. Nothing that it tries changes anything,
 * should it succeed; nothing that it encrypts is worth reading.
 */
import type { Context } from 'aws-lambda';
import { canaryEnvironment, readEnvironment } from '../contract/environment.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { openCast } from './canary/principals.ts';
import { paths } from './canary/probes.ts';
import { levelOf, lineOf, type Report } from './canary/report.ts';
import { run } from './canary/run-probes.ts';
import { placesOf } from './canary/targets.ts';
import { log } from './observability/log.ts';

const places = placesOf(readEnvironment(canaryEnvironment));

/** For a path that is begun at the last moment: three attempts of 3 s each, twice where it needs a session. */
const reserveInMs = 25_000;

export async function handler(_event: unknown, context: Context): Promise<Report> {
  const cast = openCast(places, clientConfiguration);
  const lastStart = Date.now() + context.getRemainingTimeInMillis() - reserveInMs;
  const report = await run({ cast, paths, lastStart });
  cast.close();
  log(levelOf(report), lineOf(report));
  return report;
}
