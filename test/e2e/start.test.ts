/** The commands as a newcomer runs them: processes of their own, their output, their exit codes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { maxPlaintextBytes } from '../../contract/crypto.ts';
import { listen } from '../../local/listen.ts';
import { openClient } from './client.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

const ports = ['--api-port', '0', '--aws-port', '0', '--issuer-port', '0'];

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (script: string, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  runCommand(process.execPath, [script, ...options], env);

function runCommand(command: string, options: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, options, {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')));
    });
    child.on('close', () => reject(new Error(stderr)));
  });
  // Only one of the two is waited for.
  firstLine.catch(() => undefined);
  return { child, finished, firstLine };
}

describe('npm start', () => {
  test('with --json prints one line, the contract, and nothing else, and stops when told', async () => {
    const { child, finished, firstLine } = run('local/main.ts', ['--json', ...ports]);
    const stack = JSON.parse(await firstLine);
    expect(Object.keys(stack)).toEqual([
      ...['api', 'aws', 'issuer', 'region', 'accountId', 'operator', 'tenantAccount'],
    ]);
    expect(stack.api).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(Object.keys(stack.operator)).toEqual(['accessKeyId', 'secretAccessKey']);
    const { accountId, operator } = stack.tenantAccount;
    expect([accountId, Object.keys(operator)]).toEqual([
      '222222222222',
      ['accessKeyId', 'secretAccessKey'],
    ]);
    await openClient(stack).onboard('acme');
    child.kill('SIGTERM');
    const { code, stdout } = await finished;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });

  // A shell between npm and the stack would end alone, and leave the stack and its ports behind.
  test('as it is typed ends when npm is told to', async () => {
    const { child, finished, firstLine } = runCommand('npm', [
      ...['--silent', 'start', '--', '--json'],
      ...ports,
    ]);
    const { issuer } = JSON.parse(await firstLine);
    child.kill('SIGTERM');
    await finished;
    await expect(fetch(issuer)).rejects.toThrow('fetch failed');
  });

  test('with --vault ends, and leaves nothing running, where the store cannot be set up', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
    const refuses = '#!/bin/sh\n[ "$1" = version ] || { echo refused by the store >&2; exit 2; }\n';
    writeFileSync(join(folder, 'bao'), refuses, { mode: 0o700 });
    const store = await listen(
      createHttpServer((_, response) => response.end('{"data":{}}')),
      0,
    );
    try {
      const env = {
        PATH: `${folder}:${process.env.PATH}`,
        VAULT_ADDR: store.url,
        VAULT_TOKEN: 'root',
      };
      const { code, stdout, stderr } = await run('local/main.ts', ['--vault', ...ports], env)
        .finished;
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('tenant-keys: --vault: the block fails: refused by the store');
    } finally {
      await store.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('with --own-issuer and without --vault ends, and starts nothing', async () => {
    const { code, stdout, stderr } = await run('local/main.ts', ['--own-issuer', ...ports])
      .finished;
    expect([code, stdout, stderr]).toEqual([
      1,
      '',
      'tenant-keys: --own-issuer: only with --vault\n',
    ]);
  });

  test('with --data-dir keeps keys and tenants over a restart, readable by nobody else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
    const options = ['--json', ...ports, '--data-dir', join(folder, 'data')];
    try {
      const first = run('local/main.ts', options);
      const before = openClient(JSON.parse(await first.firstLine));
      const { keyArn } = await before.onboard('acme');
      const ciphertext = await before.encrypt('acme', Buffer.from('kept'));
      first.child.kill('SIGTERM');
      await first.finished;
      expect(statSync(join(folder, 'data')).mode & 0o077).toBe(0);

      const second = run('local/main.ts', options);
      const after = openClient(JSON.parse(await second.firstLine));
      expect((await after.onboard('acme')).keyArn).toBe(keyArn);
      const answer = await after.send('POST', '/tenants/acme/decrypt', {
        token: await after.tenantToken('acme'),
        body: { ciphertext },
      });
      expect(answer.json).toEqual({ plaintext: Buffer.from('kept').toString('base64') });
      second.child.kill('SIGTERM');
      await second.finished;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);

  test.each([
    [
      'an unknown option',
      ['--prot', '1'],
      /Unknown option '--prot'; npm start -- --help lists the options\n$/,
    ],
    ['a fault that is none', ['--fault', 'kms:Decrypt=melt'], /--fault/],
    [
      'a new stack over nothing',
      ['--new-stack'],
      /^tenant-keys: --new-stack: only with --data-dir\n$/,
    ],
    ['an audience without its issuer', ['--audience', 'a'], /--audience: expected --issuer beside/],
    [
      'an issuer in the clear',
      ['--issuer', 'http://id.example.com', '--audience', 'a', ...ports],
      /^tenant-keys: issuer must be the https URL of the OIDC issuer, .*\n$/,
    ],
    ['a port that is none', ['--api-port', '70000'], /--api-port: expected a port, 0 to 65535/],
  ])('%s is one line of error and exit code 1', async (_, options, message) => {
    const { code, stdout, stderr } = await run('local/main.ts', options).finished;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('a port that is taken is named', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const options = ['--api-port', '0', '--issuer-port', '0', '--aws-port', String(port)];
    const { code, stderr } = await run('local/main.ts', options).finished;
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} is in use`);
  });
});

describe('npm run demo', () => {
  test('tells the story without colours in a pipe, every refusal happens, exit code 0', async () => {
    const { code, stdout } = await run('local/demo.ts').finished;
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what must not be there
    expect(stdout).not.toMatch(/\x1b/);
    expect(stdout).not.toContain('NOT OK');
    expect(stdout).toContain('statement NeighbourTouchesNothing');
    expect(stdout).toContain('statement OnlyInItsFunction');
    expect(stdout).toMatch(
      /TenantRole\/TrustPolicy: no Allow of sts:AssumeRole for this caller; DataPlaneRole/,
    );
    expect(stdout).toContain('All 11 attempts were refused, and all else went as it must.');
    for (const step of ['24 rotations on demand are left', '200 SUSPENDED', '202 OFFBOARDING']) {
      expect(stdout).toContain(step);
    }
    expect(stdout).toMatch(/200 ERASED\n.*\n *nothing opens: tenant-not-found/);
    expect(stdout).toMatch(
      /checked by ECDSA_SHA_256 and ML_DSA_SHAKE_256\n *the signatures are right/,
    );
  });

  test('a file that is not there is one line of error', async () => {
    const { code, stderr } = await run('local/demo.ts', ['/no/such/file']).finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^demo: ENOENT/);
  });

  test('a file that is larger than a request takes is refused before anything is started', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tenant-keys-demo-')), 'large');
    writeFileSync(file, Buffer.alloc(maxPlaintextBytes + 1));
    const { code, stdout, stderr } = await run('local/demo.ts', [file]).finished;
    rmSync(dirname(file), { recursive: true });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^demo: .* has 4194305 bytes, and a request takes 4194304: name a smaller file\n$/,
    );
  });
});
