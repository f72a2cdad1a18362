/** Secrets are in no argument of a process, in no output, and in files that their user alone may read. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { main, run } from './harness.ts';

const secret = 'a-secret-that-is-nowhere';
let stack: TestStack;
let folder: string;
beforeAll(async () => {
  stack = await startTestStack();
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

test('no option takes a token or a secret', async () => {
  const { stdout } = await run(['completion', 'fish'], { cwd: folder });
  const options = [...stdout.matchAll(/-l ([\w-]+)/g)].map(([, name]) => name);
  expect(options).toContain('token-file');
  expect(
    options.filter((name) => /^(?:token|secret|client-secret|password)$/.test(name ?? '')),
  ).toEqual([]);
});

test('a login has its secret in one file, which its user alone reads, and in no output', async () => {
  const login = ['login', '--url', stack.api, '--issuer', stack.issuer, '--client-id', 'jane'];
  const ended = await run(login, { cwd: folder, input: secret });
  expect(ended.code).toBe(0);
  expect(ended.stdout + ended.stderr).not.toContain(secret);
  const file = join(folder, 'state', 'tenant-keys', 'login.json');
  expect(readFileSync(file, 'utf8')).toContain(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'state', 'tenant-keys')).mode & 0o777).toBe(0o700);
  for (const command of [
    ['doctor', '--json'],
    ['tenants', 'list', '--json'],
    ['--json', 'tenants', 'get', 'x'],
  ]) {
    const { stdout, stderr } = await run(command, { cwd: folder });
    expect(stdout + stderr).not.toContain(secret);
  }
});

(existsSync('/proc/self/cmdline') ? test : test.skip)(
  'nothing secret is in the list of processes',
  async () => {
    const env = {
      PATH: process.env.PATH,
      XDG_STATE_HOME: join(folder, 'other'),
      TENANT_KEYS_TOKEN: secret,
    };
    const arguments_ = [main, 'token', 'check', '-', '--url', stack.api];
    const child = spawn(process.execPath, arguments_, { env });
    child.stdin.write(secret);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const line = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
    expect(line).toContain('check');
    expect(line).not.toContain(secret);
    child.kill();
  },
);
