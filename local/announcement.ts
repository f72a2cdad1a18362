/**
 * Where the stack of `npm start` listens, in a file that its user alone may read and write, so that `tenant-keys` finds it
 * without a flag. It is a file of the user's state, as the XDG Base Directory Specification has it.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Place {
  readonly api: string;
  readonly issuer: string;
  readonly aws: string;
}

const file = (): string =>
  join(
    process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'),
    'tenant-keys',
    'local-stack.json',
  );

/** @returns what takes it away again, unless another stack has announced itself since */
export function announce({ api, issuer, aws }: Place): () => void {
  const path = file();
  const content = `${JSON.stringify({ api, issuer, aws, pid: process.pid })}\n`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Not written over: a file that somebody else has put there would stay theirs.
    rmSync(path, { force: true });
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
  } catch {
    // A home that cannot be written to, as in a container: then the command line is given --url.
    return () => undefined;
  }
  return () => {
    try {
      if (readFileSync(path, 'utf8') === content) rmSync(path);
    } catch {
      // It is gone already.
    }
  };
}
