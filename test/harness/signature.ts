/** Signatures of SHA-256 digests, checked by node:crypto, and by openssl as well where it is in the path. */
import { spawnSync } from 'node:child_process';
import { verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param publicKey in PEM
 * @param signature in DER
 * @throws Error where the two disagree
 */
export function verifies(bytes: Buffer, publicKey: string, signature: Buffer): boolean {
  const valid = verify('sha256', bytes, publicKey, signature);
  const byOpenssl = verifiesByOpenssl(bytes, publicKey, signature);
  if (byOpenssl === undefined) {
    process.stderr.write('openssl is not in the path: verified by node:crypto alone\n');
  } else if (byOpenssl !== valid) {
    throw new Error(`node:crypto says ${valid}, openssl ${byOpenssl}`);
  }
  return valid;
}

/** The command of docs/api.md. @returns undefined where there is no openssl */
function verifiesByOpenssl(bytes: Buffer, publicKey: string, signature: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const { error, status } = spawnSync(
      'openssl',
      [
        ...['dgst', '-sha256', '-verify', file('key.pem', publicKey)],
        ...['-signature', file('signature.der', signature)],
      ],
      { input: bytes },
    );
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
    if (error !== undefined) throw error;
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
