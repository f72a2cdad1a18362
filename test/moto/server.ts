/** moto's server, in a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../harness/free-port.ts';

/** Pinned as dependencies are. */
const packages = ['moto[server]==5.2.5'];

/** @returns the program; of what could not be installed, why */
export function installMoto(folder: string): { program: string } | { why: string } {
  const venv = join(folder, 'venv');
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', venv],
    [
      join(venv, 'bin/python'),
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      ...packages,
    ],
  ] as const) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) return { why: (error?.message ?? stderr).trim().split('\n').at(-1) ?? '' };
  }
  return { program: join(venv, 'bin/moto_server') };
}

export interface Moto {
  readonly port: number;
  /** what it wrote so far */
  log(): string;
  stop(): void;
}

/** @throws Error where it does not answer within a minute */
export async function startMoto(program: string): Promise<Moto> {
  const port = await freePort();
  const child: ChildProcess = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
  }
  for (let seconds = 0; seconds < 60; seconds += 0.5) {
    const answers = await fetch(`http://127.0.0.1:${port}/moto-api/data.json`).catch(
      () => undefined,
    );
    if (answers?.ok) return { port, log: () => written, stop: () => child.kill() };
    await sleep(500);
  }
  child.kill();
  throw new Error(`moto does not answer: ${written.slice(-500)}`);
}
