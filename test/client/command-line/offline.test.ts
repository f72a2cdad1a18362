/** What takes no API: certificates, completion, help, and which files and servers are trusted. */
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { announce } from '../../../local/announcement.ts';
import { type RunOptions, run } from './harness.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tk = (line: string, options: RunOptions = {}) =>
  run(line.split(' '), { cwd: folder, ...options });

describe('certificate verify', () => {
  const certificate = {
    type: 'tenant-keys/erasure-certificate/v2',
    tenantId: 'acme',
    erasedAt: '2026-11-26T00:00:00.000Z',
    notCovered: [{ what: 'backups', until: '2027-01-01' }],
  };
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const mlDsa = generateKeyPairSync('ml-dsa-65' as never) as unknown as typeof ec;
  const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' });

  /** Signed as docs/api.md has it. */
  function write(signed: object = certificate) {
    const canonical =
      '{"erasedAt":"2026-11-26T00:00:00.000Z","notCovered":[{"until":"2027-01-01","what":"backups"}],' +
      '"tenantId":"acme","type":"tenant-keys/erasure-certificate/v2"}';
    const hash = createHash('sha512').update(canonical).digest('hex');
    const statement = Buffer.from(`${certificate.type}\n${hash}\n`);
    const signatures = [
      { keyArn: 'one', signature: sign('sha256', statement, ec.privateKey).toString('base64') },
      { keyArn: 'two', signature: sign(null, statement, mlDsa.privateKey).toString('base64') },
    ];
    const keys = [
      { keyArn: 'one', signingAlgorithm: 'ECDSA_SHA_256', publicKey: pem(ec.publicKey) },
      { keyArn: 'two', signingAlgorithm: 'ML_DSA_SHAKE_256', publicKey: pem(mlDsa.publicKey) },
    ];
    const put = (name: string, content: object) =>
      writeFileSync(join(folder, name), JSON.stringify(content));
    put('certificate', { certificate: signed, signatures });
    put('keys', { keys });
    return { put, signatures, keys };
  }
  const verify = () => tk('certificate verify certificate --keys keys');

  test('verifies both signatures, whatever the order of the members', async () => {
    write(Object.fromEntries(Object.entries(certificate).reverse()));
    expect(await verify()).toMatchObject({
      code: 0,
      stdout: 'ECDSA_SHA_256: verified\nML_DSA_SHAKE_256: verified\n',
    });
  });

  test('finds a certificate that was changed', async () => {
    write({ ...certificate, tenantId: 'globex' });
    const ended = await verify();
    expect(ended.code).toBe(4);
    expect(ended.stdout.match(/the signature is wrong/g)).toHaveLength(2);
  });

  test.each([0, 1])('finds that signature %d is missing or of another key', async (index) => {
    const { put, signatures, keys } = write();
    put('certificate', { certificate, signatures: signatures.filter((_, at) => at !== index) });
    expect(await verify()).toMatchObject({ code: 4 });
    write();
    const swapped = keys.map((key, at) =>
      at === index ? { ...key, publicKey: keys[1 - at]?.publicKey } : key,
    );
    put('keys', { keys: swapped });
    expect(await verify()).toMatchObject({ code: 4 });
  });

  test('takes no certificate without keys, and no other file', async () => {
    const { put } = write();
    put('keys', { keys: [] });
    expect((await verify()).code).toBe(2);
    put('certificate', { certificate: { type: 'other' } });
    expect((await verify()).code).toBe(2);
    writeFileSync(join(folder, 'certificate'), 'no JSON');
    expect((await verify()).code).toBe(2);
  });
});

describe('the local stack', () => {
  const place = {
    api: 'http://127.0.0.1:9/v1',
    issuer: 'http://127.0.0.1:9',
    aws: 'http://127.0.0.1:3',
  };
  const state = () => join(folder, 'state', 'tenant-keys');
  const file = () => join(state(), 'local-stack.json');
  const running = { ...place, pid: process.pid };
  const put = (content: object) => {
    mkdirSync(state(), { recursive: true });
    writeFileSync(file(), JSON.stringify(content), { mode: 0o600 });
  };

  test('is found where it says that it listens, and not once it has gone', async () => {
    const before = process.env.XDG_STATE_HOME;
    process.env.XDG_STATE_HOME = join(folder, 'state');
    try {
      const withdraw = announce({ ...place, aws: 'http://127.0.0.1:3' });
      expect((await tk('doctor')).stdout).toContain(`${place.api}, by the local stack`);
      withdraw();
      expect((await tk('doctor')).stdout).toMatch(/No API is known/);
    } finally {
      process.env.XDG_STATE_HOME = before;
    }
  });

  test('is not one whose process is gone', async () => {
    put({ ...place, pid: 2 ** 22 + 1 });
    expect((await tk('doctor')).stdout).toMatch(/No API is known/);
  });

  test('is none where the file says something else', async () => {
    for (const content of [null, 7, [], { pid: process.pid }, { ...running, api: 7 }]) {
      put(content as object);
      expect((await tk('doctor')).stdout).toMatch(/No API is known/);
    }
  });

  test('is not believed where another user may have written the file', async () => {
    put(running);
    chmodSync(file(), 0o640);
    expect((await tk('tenants list')).stderr).toMatch(/is not yours alone/);
    rmSync(file());
    writeFileSync(join(folder, 'elsewhere'), JSON.stringify(running), { mode: 0o600 });
    symlinkSync(join(folder, 'elsewhere'), file());
    expect((await tk('tenants list')).code).not.toBe(0);
  });
});

describe('help', () => {
  test('is there for every command, and a wrong one points to it', async () => {
    const commands = [
      '',
      'tenants',
      'tenants onboard',
      'encrypt',
      'decrypt',
      'audit',
      'certificate verify',
    ];
    for (const command of [...commands, 'login', 'token check', 'doctor', 'completion', 'rotate']) {
      const ended = await tk(`${command} --help`.trim());
      expect([command, ended.code, ended.stderr]).toEqual([command, 0, '']);
      expect(ended.stdout).toMatch(/^Usage: tenant-keys/);
    }
    expect(await tk('tenant')).toMatchObject({ code: 2, stdout: '' });
    expect((await tk('tenant')).stderr).toMatch(/--help/);
  }, 60_000);
});

describe('completion', () => {
  const complete = async (line: string) => {
    const { stdout } = await tk('completion bash');
    writeFileSync(join(folder, 'completion'), stdout);
    const words = line.split(' ');
    const script = `source completion; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _tenant_keys; echo "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }).trim();
  };

  test.each([
    ['tenant-keys ten', 'tenants'],
    ['tenant-keys tenants on', 'onboard'],
    ['tenant-keys encrypt --con', '--context'],
    ['tenant-keys certificate verify --k', '--keys'],
    ['tenant-keys tenants onboard --u', '--url'],
  ])('of %s is %s', async (line, expected) => {
    expect(await complete(line)).toBe(expected);
  });

  test.each(['zsh', 'fish'])('is there for %s', async (shell) => {
    expect((await tk(`completion ${shell}`)).stdout).toMatch(/certificate/);
    expect((await tk('completion tcsh')).code).toBe(2);
  });
});
