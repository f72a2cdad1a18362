/** `audit` against a stack: what it prints, and how it goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { type RunOptions, run, variablesOf } from './harness.ts';

let stack: TestStack;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  stack = await startTestStack();
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
  env = variablesOf(stack, 'jane');
  await tk('tenants onboard acme');
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

const tk = (line: string, options: RunOptions = {}) =>
  run(line.split(' '), { cwd: folder, env, ...options });

describe('the audit', () => {
  test('is a table for people and lines of JSON for programs', async () => {
    await tk('tenants suspend acme --actor jane@example.com --label ticket');
    await tk('tenants resume acme');
    const audit = 'audit acme --operation suspend --newest -n 1';
    const lines = (await tk(`${audit} --json`)).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { operation: 'suspend', principal: 'jane', actor: 'jane@example.com', label: 'ticket' },
    ]);
    expect((await tk(audit)).stdout).toMatch(/^time .*\n.* suspend +jane +jane@example.com /);
    expect((await tk('audit nobody-at-all')).stdout).toBe('There are no such events.\n');
  });

  test('is not followed from or to a time that is none', async () => {
    for (const option of ['--from', '--to']) {
      const ended = await tk(`audit acme --follow ${option} yesterday`);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toContain(`${option} must be a time`);
    }
  });

  test('followed to a moment that is over it is given once, and ends', async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    await tk('tenants suspend acme');
    await tk('tenants resume acme');
    await stack.settled();
    const to = new Date(Date.now() + 1).toISOString();
    const command = `audit acme --follow --operation resume --from ${from} --to ${to} --json`;
    const { code, stdout } = await tk(command);
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).eventId);
    expect(code).toBe(0);
    expect(new Set(ids).size).toBe(ids.length);
    const all = (await tk(command.replace('--follow ', ''))).stdout.trim().split('\n');
    expect(ids).toEqual(all.map((line) => JSON.parse(line).eventId));
  });

  test('followed to a moment that comes it ends then, with what happened meanwhile', async () => {
    const startedMs = Date.now();
    const to = new Date(startedMs + 6000).toISOString();
    const following = tk(`audit acme --follow --operation suspend --to ${to} --json`);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await tk('tenants suspend acme');
    await tk('tenants resume acme');
    const { code, stdout } = await following;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(6000);
  }, 60_000);
});

describe('the audit of all tenants', () => {
  test('has the tenant of each event, and what is about none', async () => {
    await tk('tenants onboard globex');
    await tk('tenants list');
    const { stdout } = await tk('audit --newest -n 1000 --json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const tenants = new Set(events.map(({ tenantId }) => tenantId));
    for (const tenantId of ['acme', 'globex', undefined]) expect(tenants).toContain(tenantId);
    const found = await tk('audit --operation onboard --newest -n 1');
    expect(found.stdout).toMatch(/^tenantId +time .*\nglobex .* onboard /);
  });

  test("is not for a tenant's token", async () => {
    const token = await stack.client.tenantToken('acme');
    const ended = await tk('audit', {
      env: { TENANT_KEYS_URL: stack.api, TENANT_KEYS_TOKEN: token },
    });
    expect([ended.code, ended.stdout]).toEqual([3, '']);
  });
});
