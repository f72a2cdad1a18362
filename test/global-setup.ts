/** Jest's global setup: the synthesizer of this run, and a file for the answers that its suites have. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersVariable } from './e2e/answers.ts';
import startSynthesizer from './synthesizer/start.ts';

export default async function setup(): Promise<void> {
  process.env[answersVariable] = join(mkdtempSync(join(tmpdir(), 'tenant-keys-answers-')), 'list');
  await startSynthesizer();
}
