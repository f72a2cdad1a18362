/** Starts the synthesizer of a run of Jest. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketVariable } from './client.ts';

/** What the global setup leaves to the global teardown. */
export const run = globalThis as { tenantKeysSynthesizer?: ChildProcess };

export default async function start(): Promise<void> {
  const socket = join(mkdtempSync(join(tmpdir(), 'tenant-keys-test-')), 'socket');
  const child = fork(join(import.meta.dirname, 'server.ts'), [socket], { execArgv: [] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the synthesizer ended with exit code ${code} before it was ready`);
  });
  await Promise.race([once(child, 'message'), ended]);
  // From here on its end is no news.
  ended.catch(() => undefined);
  process.env[socketVariable] = socket;
  run.tenantKeysSynthesizer = child;
}
