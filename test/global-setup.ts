/**
 * Jest's global setup: the synthesizer of this run, a file for the answers that its suites have, a user's state of its own, and
 * the client's build, once, since suites that each made it would take it away from each other.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersVariable } from './e2e/answers.ts';
import startSynthesizer from './synthesizer/start.ts';

export default async function setup(): Promise<void> {
  process.env[answersVariable] = join(mkdtempSync(join(tmpdir(), 'tenant-keys-answers-')), 'list');
  // No test finds a stack or a login of the developer's, nor leaves one there.
  process.env.XDG_STATE_HOME = mkdtempSync(join(tmpdir(), 'tenant-keys-state-'));
  execFileSync('npm', ['run', '--silent', 'build:client'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
  });
  await startSynthesizer();
}
