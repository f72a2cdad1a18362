/** One run: the stage, the story, what is enforced; and always the removal of all that was made. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arguments } from './arguments.ts';
import { openCleanUp } from './clean-up.ts';
import { callerKeys, callerOf } from './clients.ts';
import { judge } from './guarantee.ts';
import { guarantees } from './guarantees.ts';
import { type Run, setStage } from './harness.ts';
import { checkKey } from './key-at-rest.ts';
import { openPatience } from './patience.ts';
import { openWorld } from './principals.ts';
import { openReport } from './report.ts';
import { tellStory } from './scenario.ts';

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
    await play(run, signal);
  } catch (error) {
    report.ended(error);
  } finally {
    report.heading('Removal');
    await cleanUp.run(report.removal);
    rmSync(folder, { recursive: true, force: true });
  }
  return report.end(requireEnforcement);
}

async function play(run: Run, signal: AbortSignal): Promise<void> {
  const { report, caller, destination, name } = run;
  report.heading(`Stage: ${destination.endpoint ?? 'AWS'}, ${destination.region}, as ${name}`);
  const stage = await setStage(run);

  report.heading('Story: the handlers, bundled as they are deployed, each as its own role');
  const tenants = await tellStory(run, stage);
  for (const tenant of tenants) {
    await report.step(
      `KMS holds the key of ${tenant.tenantId} with policy, tags, rotation and alias`,
      () => checkKey(caller.kms, stage.blueprint, tenant),
    );
  }
  report.heading('Players: each does what it may');
  const world = await openWorld(run, stage, tenants);

  report.heading('Guarantees: each of these must be refused');
  for (const guarantee of guarantees) {
    signal.throwIfAborted();
    report.verdict(await judge(guarantee, world));
  }
}
