/** The synthesizer of a run ends, and leaves nothing behind. */
import { once } from 'node:events';
import { run } from './start.ts';

export default async function stop(): Promise<void> {
  const child = run.tenantKeysSynthesizer;
  if (!child?.connected) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}
