/**
 * The folder for what outlives a restart. Invariant: only one process uses a folder, since each has the whole state in
 * memory and would overwrite the other's. Each puts a file with its process id there before it looks for others: of
 * two that start at once both may be refused, but never both go on. The file of a process that no longer runs does
 * not count.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DataDir {
  readonly keys: string;
  readonly clock: string;
  readonly tables: string;
  /** signing keys of web identity tokens */
  readonly tokenKeys: string;
  readonly tenantKeys: string;
  readonly tenantRoles: string;
  readonly tenantStacks: string;
  /** Lets another process use the folder. */
  close(): void;
}

/** Files of this process: in a container a process before a crash may have had the same id. */
const held = new Set<string>();

/** @throws Error, with what to do, where another stack uses the folder */
export function openDataDir(folder: string): DataDir {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, `lock.${process.pid}`);
  if (held.has(lock)) throw inUse(folder, process.pid);
  writeFileSync(lock, '', { mode: 0o600 });
  held.add(lock);
  const close = () => {
    if (held.delete(lock)) rmSync(lock, { force: true });
  };
  try {
    requireAlone(folder);
  } catch (error) {
    close();
    throw error;
  }
  return {
    keys: join(folder, 'keys.json'),
    clock: join(folder, 'clock.json'),
    tables: join(folder, 'tables'),
    tokenKeys: join(folder, 'token-keys.json'),
    tenantKeys: join(folder, 'tenant-account-keys.json'),
    tenantRoles: join(folder, 'tenant-account-roles.json'),
    tenantStacks: join(folder, 'tenant-account-stacks.json'),
    close,
  };
}

function requireAlone(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid) continue;
    if (isRunning(pid)) throw inUse(folder, pid);
    rmSync(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const inUse = (folder: string, pid: number): Error =>
  new Error(
    `${folder} is in use by process ${pid}: stop that stack, or choose another folder. ` +
      `If process ${pid} is not a stack, remove ${join(folder, `lock.${pid}`)}.`,
  );
