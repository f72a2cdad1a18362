/** A check and its line, and what all of them do: run a program, pack a workspace. */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const root = join(import.meta.dirname, '..', '..');
export const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-package-'));

let failed = false;
export const hasFailed = (): boolean => failed;

export async function check(name: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed = true;
    const { stdout = '', stderr = '', message } = Object(error);
    console.log(`FAILED: ${name}\n${message}\n${stdout}${stderr}`);
  }
}

export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: object = {},
): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(command, args, options);
  return stdout;
}

export const npmInstall = (packages: readonly string[], cwd: string): Promise<string> =>
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], cwd);

/** Of npm's own answer, which was a list before it was an object by names. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

export interface Tarball {
  readonly path: string;
  /** the paths of its files */
  readonly files: readonly string[];
}

export async function pack(workspace: string): Promise<Tarball> {
  const args = ['pack', '--json', '--workspace', workspace, '--pack-destination', folder];
  const [{ filename, files }] = Object.values<Packed>(JSON.parse(await run('npm', args, root))) as [
    Packed,
  ];
  return { path: join(folder, filename), files: files.map(({ path }) => path) };
}

/** Runs an action for each Node.js that a user may have. */
export async function byEachNode(
  action: (name: string, node: string) => Promise<unknown>,
): Promise<void> {
  const nodes = { 'Node.js 24': process.execPath, 'Node.js 20': await findNode20() };
  for (const [name, node] of Object.entries(nodes)) {
    if (node === undefined) console.log(`left out: ${name}, which is not on the PATH`);
    else await action(name, node);
  }
}

async function findNode20(): Promise<string | undefined> {
  for (const one of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(one, 'node');
    const version = await run(node, ['--version'], folder).catch(() => '');
    if (version.startsWith('v20.')) return node;
  }
  return undefined;
}
