/** The commands against a stack: what they print, where they fail, and the codes that scripts go by. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { clientSecret } from '../harness.ts';
import { type RunOptions, run, variablesOf } from './harness.ts';

let stack: TestStack;
let folder: string;
let env: Record<string, string>;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  stack = await startTestStack();
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  env = variablesOf(stack, 'jane');
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

const tk = (line: string, options: RunOptions = {}) =>
  run(line.split(' '), { cwd: folder, env, ...options });
async function json(line: string) {
  const { stdout, stderr } = await tk(`${line} --json`);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('a tenant', () => {
  test('is onboarded, listed, renamed, suspended, resumed and offboarded', async () => {
    const onboarded = await tk('tenants onboard acme --display-name Acme --rotation-days 365');
    expect(onboarded).toMatchObject({ code: 0, stderr: '' });
    expect(onboarded.stdout).toMatch(/^rotationPeriodInDays {2}365$/m);
    expect((await tk('tenants list')).stdout).toMatch(/^acme +ACTIVE +Acme/m);
    expect((await tk('tenants list --status ERASED')).stdout).toBe('There are no tenants.\n');
    expect(await json('tenants rename acme --display-name Acme2')).toMatchObject({
      displayName: 'Acme2',
    });
    expect(await json('tenants suspend acme')).toMatchObject({ status: 'SUSPENDED' });
    expect(await json('tenants resume acme')).toMatchObject({ status: 'ACTIVE' });
    expect(await json('tenants offboard acme --window-days 30')).toMatchObject({
      status: 'OFFBOARDING',
    });
    expect(await json('tenants restore acme')).toMatchObject({ status: 'ACTIVE' });
    expect(await json('tenants get acme')).toMatchObject({ key: { state: 'Enabled' } });
  });

  test('has its key rotated, once however often the same is asked', async () => {
    const { key } = await json('tenants get acme');
    const command = `rotate acme --superseding ${key.currentKeyMaterialId}`;
    expect((await tk(command)).code).toBe(0);
    expect((await tk(command)).code).toBe(0);
    expect(await json('rotations acme')).toHaveLength(2);
    expect((await tk('rotations acme')).stdout).toMatch(/CURRENT +ON_DEMAND/);
  });
});

describe('a file', () => {
  const plaintext = randomBytes(400_000);
  beforeAll(async () => writeFile(at('plain'), plaintext));

  test('is encrypted and decrypted, its owner alone reads it, and none is replaced unasked', async () => {
    expect(await tk('encrypt plain -t acme -c document=7 -c page=2')).toMatchObject({
      code: 0,
      stdout: '',
    });
    const there = await tk('decrypt plain.sealed -t acme -c document=7 -c page=2');
    expect(there.code).toBe(2);
    expect(there.stderr).toMatch(/--force/);
    expect((await tk('decrypt plain.sealed -t acme -c page=2 -c document=7 -o out')).code).toBe(0);
    expect((await readFile(at('out'))).equals(plaintext)).toBe(true);
  });

  test('goes through pipes, byte for byte', async () => {
    const sealed = await tk('encrypt - -t acme', { input: plaintext });
    const opened = await tk('decrypt - -t acme', { input: sealed.bytes });
    expect(opened.bytes.equals(plaintext)).toBe(true);
    const cut = await tk('decrypt - -t acme', { input: sealed.bytes.subarray(0, -1) });
    expect(cut.code).toBe(4);
    expect(cut.bytes.equals(plaintext.subarray(0, cut.bytes.length))).toBe(true);
    expect(cut.bytes.length).toBeLessThan(plaintext.length);
  });

  test('from a pipe is whole or not there, and one that is there stays until it is', async () => {
    const { bytes } = await tk('encrypt - -t acme', { input: plaintext });
    await writeFile(at('precious'), 'precious');
    const before = readdirSync(folder);
    for (const line of ['decrypt - -t acme -o new', 'decrypt - -t acme -o precious --force']) {
      expect((await tk(line, { input: bytes.subarray(0, -1) })).code).toBe(4);
    }
    expect(readdirSync(folder)).toEqual(before);
    expect(await readFile(at('precious'), 'utf8')).toBe('precious');
    expect((await tk('decrypt - -t acme -o precious', { input: bytes })).code).toBe(2);
    expect((await tk('decrypt - -t acme -o precious -f', { input: bytes })).code).toBe(0);
    expect((await readFile(at('precious'))).equals(plaintext)).toBe(true);
  });

  test.each([
    ['decrypt plain.sealed -t acme -o other', 4],
    ['decrypt plain -t acme -o other', 4],
    ['decrypt plain -t acme', 2],
    ['encrypt plain -t nobody -o other', 5],
    ['encrypt missing -t acme', 1],
    ['encrypt plain -t acme -c document', 2],
    ['encrypt plain -t acme -c a=1 -c a=2', 2],
    ['encrypt plain', 2],
    ['encrypt plain -t ../acme', 2],
  ])('%s ends with %d, a sentence, and nothing left behind', async (line, code) => {
    const before = readdirSync(folder);
    const ended = await tk(line);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(/^(?:tenant-keys|error): .+/);
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('who may not', () => {
  test('is told so, with the code for it', async () => {
    const admin = await stack.client.adminToken();
    const tenant = await stack.client.tenantToken('acme');
    const withToken = (token: string) => ({
      env: { TENANT_KEYS_URL: stack.api, TENANT_KEYS_TOKEN: token },
    });
    expect((await tk('tenants list', withToken(admin))).code).toBe(0);
    const refused = await tk('tenants list', withToken(tenant));
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/needs a token that names no tenant/);
    expect((await tk('tenants list', withToken('no.valid.token'))).code).toBe(3);
  });

  test('has no URL, or no credentials for the URL that is given', async () => {
    const nothing = await tk('tenants list', { env: {} });
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toMatch(/log in .*npm start/);
    const noCredentials = await tk(`tenants list --url ${stack.api}`, { env: {} });
    expect(noCredentials.code).toBe(3);
  });

  test('cannot reach a server that is down', async () => {
    const down = { ...env, TENANT_KEYS_URL: 'http://127.0.0.1:9/v1' };
    expect((await tk('tenants list', { env: down })).code).toBe(6);
  });
});

describe('errors as JSON', () => {
  test('have the code of the problem, and stand on standard error alone', async () => {
    const ended = await tk('--json tenants get nobody');
    expect(ended.stdout).toBe('');
    expect(JSON.parse(ended.stderr)).toMatchObject({
      code: 'tenant-not-found',
      status: 404,
      exitCode: 5,
    });
  });
});

describe('login', () => {
  const login = () =>
    `login --url ${stack.api} --issuer ${stack.issuer} --client-id jane --tenant-parameter tenant_id`;

  test('keeps what works, for its URL alone, where only its user reads it', async () => {
    const ended = await tk(login(), { env: {}, input: `${clientSecret}\n` });
    expect([ended.code, ended.stdout]).toEqual([0, `Logged in to ${stack.api}: control plane.\n`]);
    expect((await tk('tenants list', { env: {} })).code).toBe(0);
    const elsewhere = await tk('tenants list --url http://127.0.0.1:9/v1', { env: {} });
    expect(elsewhere.code).toBe(3);
    expect(elsewhere.stderr).toMatch(/no credentials for/);
    await tk('logout', { env: {} });
    expect((await tk('tenants list', { env: {} })).code).toBe(2);
  });

  test('keeps nothing that does not work', async () => {
    const wrong = login().replace(stack.api, 'http://127.0.0.1:9/v1');
    expect((await tk(wrong, { env: {}, input: 'x' })).code).toBe(6);
    expect((await tk(login(), { env: {}, input: '' })).code).toBe(2);
    expect((await tk('tenants list', { env: {} })).code).toBe(2);
  });
});

describe('token check', () => {
  test('says what a token says and what the API allows it, and never the token', async () => {
    const token = await stack.client.tenantToken('acme');
    const ended = await tk('token check -', { input: token });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^tenant_id +acme$/m);
    expect(ended.stdout).toMatch(/^exp .* \(in \d+ s\)$/m);
    expect(ended.stdout).toMatch(/^control plane: refused/m);
    expect(ended.stdout).toMatch(/^data plane: allowed$/m);
    expect(ended.stdout).toMatch(/^audit: refused\. .*tenant-keys\/audit/m);
    for (const part of token.split('.')) expect(ended.stdout + ended.stderr).not.toContain(part);
  });

  test('takes none as an argument, where every user of the machine sees it', async () => {
    const ended = await tk('token check abc.def.ghi');
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toMatch(/abc|def|ghi/);
  });
});

describe('doctor', () => {
  test('finds that all is well', async () => {
    const ended = await tk('doctor -t acme');
    expect(ended.code).toBe(0);
    expect(ended.stdout.match(/^ok/gm)).toHaveLength(5);
  });

  test('finds what is not', async () => {
    const down = { ...env, TENANT_KEYS_URL: 'http://127.0.0.1:9/v1' };
    const ended = await tk('doctor', { env: down });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/^FAIL {2}API: it cannot be reached/m);
    const notApi = { ...env, TENANT_KEYS_URL: stack.issuer };
    expect((await tk('doctor', { env: notApi })).stdout).toMatch(/^FAIL {2}API: .*check the URL/m);
    expect((await tk('doctor', { env: {} })).stdout).toMatch(
      /^FAIL {2}connection: No API is known/m,
    );
  });
});
