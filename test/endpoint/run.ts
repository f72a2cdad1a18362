/** One run: the harness, the scenario, the guarantees; and always the removal of all that was made. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arguments } from './arguments.ts';
import { openCleanUp } from './clean-up.ts';
import { callerKeys, callerOf } from './clients.ts';
import { judge } from './guarantee.ts';
import { guarantees } from './guarantees.ts';
import { openHarness, type Run } from './harness.ts';
import { checkKey } from './key-at-rest.ts';
import { openPatience } from './patience.ts';
import { openIdentities } from './principals.ts';
import { openReport } from './report.ts';
import { runScenario } from './scenario.ts';

/**
 * @param signal ends the run after the call that is under way; the removal is not ended
 * @returns the exit code
 */
export async function runAt(
  { requireEnforcement, ...destination }: Arguments,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const report = openReport(print, signal);
  const cleanUp = openCleanUp();
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-endpoint-'));
  const run: Run = {
    destination,
    caller: callerOf(destination, callerKeys(destination, process.env)),
    name: `tk-test-${randomBytes(4).toString('hex')}`,
    folder,
    report,
    cleanUp,
    patience: openPatience(destination, signal),
  };
  try {
    await runAll(run, signal);
  } catch (error) {
    report.ended(error);
  } finally {
    report.heading('Removal');
    await cleanUp.run(report.removal);
    rmSync(folder, { recursive: true, force: true });
  }
  return report.end(requireEnforcement);
}

async function runAll(run: Run, signal: AbortSignal): Promise<void> {
  const { report, caller, destination, name } = run;
  report.heading(`Endpoint: ${destination.endpoint ?? 'AWS'}, ${destination.region}, as ${name}`);
  const harness = await openHarness(run);

  report.heading('Scenario: the handlers, bundled as they are deployed, each as its own role');
  const tenants = await runScenario(run, harness);
  for (const tenant of tenants) {
    await report.step(
      `KMS holds the key of ${tenant.tenantId} with policy, tags, rotation and alias`,
      () => checkKey(caller.kms, harness.blueprint, tenant),
    );
  }
  report.heading('Principals: each does what it may');
  const identities = await openIdentities(run, harness, tenants);

  report.heading('Guarantees: each of these must be refused');
  for (const guarantee of guarantees) {
    signal.throwIfAborted();
    report.verdict(await judge(guarantee, identities));
  }
}
