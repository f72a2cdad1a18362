/** Tries each of some probes once. Invariant: whatever a probe meets, the run goes on. */
import type { CanaryReport } from '../../contract/canary-report.ts';
import { forEachConcurrently } from '../aws/concurrency.ts';
import { NotTried, outcomeOf, type ProbeOutcome } from './outcome.ts';
import type { Principals } from './principals.ts';
import type { Probe } from './probe.ts';

const probeConcurrency = 10;

export interface ProbeRun {
  readonly principals: Principals;
  readonly probes: readonly Probe[];
  /** epoch milliseconds after which no probe starts */
  readonly lastStart: number;
}

/** Never throws. */
export async function runProbes({
  principals,
  probes,
  lastStart,
}: ProbeRun): Promise<CanaryReport> {
  const outcomes = new Map<Probe, ProbeOutcome>();
  await forEachConcurrently(probes, probeConcurrency, async (probe) => {
    const error = Date.now() > lastStart ? new NotTried('time') : await errorOf(probe, principals);
    outcomes.set(probe, outcomeOf(probe.expected, error));
  });
  const names = (outcome: ProbeOutcome) =>
    probes.filter((probe) => outcomes.get(probe) === outcome).map(({ name }) => name);
  return {
    opened: names('opened'),
    broken: names('broken'),
    unknown: names('unknown'),
    denied: names('denied'),
    allowed: names('allowed'),
  };
}

/** @returns undefined where the attempt succeeded */
async function errorOf({ attempt }: Probe, principals: Principals): Promise<unknown> {
  try {
    await attempt(principals);
    return undefined;
  } catch (error) {
    return error ?? new Error('an error without a value');
  }
}
