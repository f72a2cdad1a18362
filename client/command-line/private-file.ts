/**
 * Files that only their owner may read, with what lets somebody in. Invariant: what is read was written by this user and could
 * be changed by nobody else; otherwise another user's file could send this one's secrets to a server of theirs.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError } from './failure.ts';

/** As the XDG Base Directory Specification has it. */
export const stateFile = (name: string, env: NodeJS.ProcessEnv): string =>
  join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'tenant-keys', name);

export async function writePrivate(path: string, content: object): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.${randomUUID()}`;
  const file = await open(partial, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

/**
 * @returns undefined where there is none
 * @throws CommandError where somebody else may have written it
 */
export async function readPrivate(path: string): Promise<unknown> {
  let file: FileHandle;
  try {
    // No link: it could lead to what another user has written.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { uid, mode } = await file.stat();
    const isOthers = process.getuid !== undefined && uid !== process.getuid();
    if (isOthers || (process.platform !== 'win32' && (mode & 0o077) !== 0)) {
      throw new CommandError(
        `${path} is not yours alone. Remove it, and make it anew: \`tenant-keys login\`, or \`npm start\` for a local stack.`,
      );
    }
    return JSON.parse(await file.readFile('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new CommandError(`${path} is not JSON. Remove it, and log in again.`);
    }
    throw error;
  } finally {
    await file.close();
  }
}

export const removePrivate = (path: string): Promise<void> => rm(path, { force: true });
