/** A real OpenBao in its development mode, in memory: `bao` of BAO_BINARY, else of the PATH. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../harness/free-port.ts';

/** @returns undefined where there is none */
export function findBao({ BAO_BINARY } = process.env): string | undefined {
  const program = BAO_BINARY ?? 'bao';
  return spawnSync(program, ['version']).status === 0 ? program : undefined;
}

/** The documented configuration. */
const auditDevice = /^```hcl\n(.*?)^```/ms.exec(
  readFileSync('docs/key-stores/vault.md', 'utf8'),
)?.[1] as string;

export interface Bao {
  readonly address: string;
  /** PEM, of the authority of its own certificate; undefined without TLS */
  readonly caCertificate: string | undefined;
  /** what its command needs to be the administrator; `bao` is on the PATH */
  readonly env: NodeJS.ProcessEnv;
  readonly rootToken: string;
  /** path of what its audit device writes */
  readonly auditLog: string;
  stop(): Promise<void>;
}

/** @throws Error where there is no bao, or where it does not answer within half a minute */
export async function startBao({ tls = false } = {}): Promise<Bao> {
  const program = findBao();
  if (program === undefined) throw new Error('no bao is here: BAO_BINARY names one');
  const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-bao-'));
  const rootToken = 'root';
  const listen = `127.0.0.1:${await freePort()}`;
  const address = `${tls ? 'https' : 'http'}://${listen}`;
  const caFile = join(folder, 'vault-ca.pem');
  const path = program.includes('/') ? `${dirname(program)}:${process.env.PATH}` : process.env.PATH;
  const base = { PATH: path, HOME: folder };
  const env = {
    ...base,
    VAULT_ADDR: address,
    VAULT_TOKEN: rootToken,
    ...(tls && { VAULT_CACERT: caFile }),
  };
  const mode = tls ? ['-dev-tls', `-dev-tls-cert-dir=${folder}`] : ['-dev'];
  const [auditLog, configuration] = [join(folder, 'audit.log'), join(folder, 'audit.hcl')];
  writeFileSync(configuration, auditDevice.replace('/var/log/openbao/audit.log', auditLog));
  const options = [
    ...mode,
    `-config=${configuration}`,
    '-dev-no-store-token',
    `-dev-root-token-id=${rootToken}`,
  ];
  const child = spawn(program, ['server', ...options, `-dev-listen-address=${listen}`], {
    env: base,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The program of PyPI's package starts another: they end together.
    detached: true,
  });
  const written = collect(child);
  const stop = async () => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.pid !== undefined) {
      process.kill(-child.pid);
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let seconds = 0; seconds < 30 && child.exitCode === null; seconds += 0.1) {
    if (spawnSync(program, ['status'], { env }).status === 0) {
      const caCertificate = tls ? readFileSync(caFile, 'utf8') : undefined;
      return { address, caCertificate, env, rootToken, auditLog, stop };
    }
    await sleep(100);
  }
  await stop();
  throw new Error(`bao does not answer: ${written().slice(-500)}`);
}

function collect(child: ChildProcess): () => string {
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
  }
  return () => written;
}
