/** The command line as a process of its own, as a user has it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { clientSecret } from '../harness.ts';

/** What a user of the stack has in the environment: the local issuer gives anybody a token for anything. */
export const variablesOf = (
  stack: { readonly api: string; readonly issuer: string },
  clientId: string,
): Record<string, string> => ({
  TENANT_KEYS_URL: stack.api,
  TENANT_KEYS_ISSUER: stack.issuer,
  TENANT_KEYS_CLIENT_ID: clientId,
  TENANT_KEYS_CLIENT_SECRET: clientSecret,
  TENANT_KEYS_TENANT_PARAMETER: 'tenant_id',
});

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Buffer | string;
  readonly cwd?: string;
}

const root = join(import.meta.dirname, '..', '..', '..');
export const main = join(root, 'client', 'command-line', 'main.ts');

/** @param env nothing else of a user is there: no login, no variables */
export async function run(arguments_: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { env = {}, input = '', cwd = root } = options;
  const child = spawn(process.execPath, [main, ...arguments_], {
    cwd,
    env: { PATH: process.env.PATH, XDG_STATE_HOME: join(cwd, 'state'), ...env },
  });
  const [out, error]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => error.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number>((resolve) =>
    child.on('close', (status) => resolve(status ?? -1)),
  );
  const bytes = Buffer.concat(out);
  return { code, stdout: bytes.toString(), stderr: Buffer.concat(error).toString(), bytes };
}

/** A new folder for each test: places in it, and commands that run there, with nothing else of a user. */
export function eachInItsFolder() {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return {
    at: (name: string) => join(folder, name),
    tk: (line: string) => run(line.split(' '), { cwd: folder }),
  };
}
