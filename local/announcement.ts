/**
 * Where the stack of `npm start` listens, in a file that its user alone may read and write, so that `tenant-keys` finds it
 * without a flag. It is a file of the user's state, as the XDG Base Directory Specification has it. A stack that was killed
 * leaves it behind, and then anybody on the machine may listen on its ports, as any process may have its id. So this process
 * proves that it is there: it answers a challenge by a secret that is in the file alone.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { listen } from './listen.ts';

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
export async function announce({ api, issuer, aws }: Place): Promise<() => void> {
  const path = file();
  const secret = randomBytes(32).toString('base64url');
  const proof = await serveProof(secret);
  const content = `${JSON.stringify({ api, issuer, aws, proof: proof.url, secret })}\n`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Not written over: a file that somebody else has put there would stay theirs.
    rmSync(path, { force: true });
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
  } catch {
    // A home that cannot be written to, as in a container: then the command line is given --url.
    return () => void proof.close();
  }
  return () => {
    void proof.close();
    try {
      if (readFileSync(path, 'utf8') === content) rmSync(path);
    } catch {
      // It is gone already.
    }
  };
}

/** `GET /<challenge>`: its HMAC-SHA-256, which of any other challenge says nothing. */
function serveProof(secret: string) {
  const server = createServer(({ url = '' }, response) => {
    response.end(createHmac('sha256', secret).update(url.slice(1)).digest('base64url'));
  });
  return listen(server.unref(), 0);
}
