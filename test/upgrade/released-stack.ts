/** The last release as it was: its files, with the present dependencies, as processes of their own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lastRelease } from '../../release/last-release.ts';

const root = join(import.meta.dirname, '..', '..');

export interface ReleasedStack {
  readonly api: string;
  readonly issuer: string;
  stop(): Promise<void>;
}

/** Writes the files of the last release into a folder. @throws Error where git does not have it */
export function checkOut(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const ref = lastRelease();
  if (ref === undefined) throw new Error('git has no last release');
  const { stdout, status } = spawnSync('git', ['archive', ref], { cwd: root, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`git archive ${ref} failed`);
  const unpacked = spawnSync('tar', ['-x', '-C', folder], { input: stdout });
  if (unpacked.status !== 0) throw new Error(String(unpacked.stderr));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

export async function startReleased(folder: string, dataDir: string): Promise<ReleasedStack> {
  const ports = ['--api-port', '0', '--aws-port', '0', '--issuer-port', '0'];
  const args = ['local/main.ts', '--json', ...ports, '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const ended = once(child, 'close').then(() => {
    throw new Error(`the last release did not start: ${errors.join('')}`);
  });
  ended.catch(() => undefined);
  const [text] = await Promise.race([line, ended]);
  const { api, issuer } = JSON.parse(text);
  return { api, issuer, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}
