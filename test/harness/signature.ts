/** Signatures of a certificate's statement, checked by node:crypto, and by openssl as well where it can. */
import { spawnSync } from 'node:child_process';
import { verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SigningAlgorithm } from '../../contract/certificates.ts';

export interface Checked {
  readonly signingAlgorithm: SigningAlgorithm;
  /** in PEM */
  readonly publicKey: string;
  readonly signature: Buffer;
}

/** @throws Error where node:crypto and openssl disagree */
export function verifies(statement: Buffer, checked: Checked): boolean {
  const { signingAlgorithm, publicKey, signature } = checked;
  const digest = signingAlgorithm === 'ECDSA_SHA_256' ? 'sha256' : null;
  const valid = verify(digest, statement, publicKey, signature);
  const byOpenssl = verifiesByOpenssl(statement, checked);
  if (byOpenssl === undefined) {
    process.stderr.write(
      `no openssl here for ${signingAlgorithm}: verified by node:crypto alone\n`,
    );
  } else if (byOpenssl !== valid) {
    throw new Error(`node:crypto says ${valid}, openssl ${byOpenssl}`);
  }
  return valid;
}

/** The commands of docs/api.md. @returns undefined where there is no openssl that knows the algorithm */
function verifiesByOpenssl(statement: Buffer, checked: Checked): boolean | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const key = file('key.pem', checked.publicKey);
    const signature = file('signature', checked.signature);
    const message = file('statement', statement);
    const run = (...args: string[]) => spawnSync('openssl', args);
    if (run('pkey', '-pubin', '-in', key, '-noout').status !== 0) return undefined;
    const { status } =
      checked.signingAlgorithm === 'ECDSA_SHA_256'
        ? run('dgst', '-sha256', '-verify', key, '-signature', signature, message)
        : run(
            ...['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', key],
            ...['-in', message, '-sigfile', signature],
          );
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
