/** Jest's global setup: the synthesizer of this run, a file for the answers that its suites have, and a user's state of its own. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersVariable } from './e2e/answers.ts';
import startSynthesizer from './synthesizer/start.ts';

export default async function setup(): Promise<void> {
  process.env[answersVariable] = join(mkdtempSync(join(tmpdir(), 'tenant-keys-answers-')), 'list');
  // No test finds a stack or a login of the developer's, nor leaves one there.
  process.env.XDG_STATE_HOME = mkdtempSync(join(tmpdir(), 'tenant-keys-state-'));
  await startSynthesizer();
}
