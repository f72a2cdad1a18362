/** `record` and `mac` against a stack. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { eventually } from '../harness.ts';
import { type RunOptions, run, variablesOf } from './harness.ts';

let stack: TestStack;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  stack = await startTestStack();
  for (const tenantId of ['acme', 'globex']) await stack.client.onboard(tenantId);
  folder = mkdtempSync(join(tmpdir(), 'command-line-records-'));
  env = variablesOf(stack, 'jane');
}, 120_000);
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

const tk = (line: string, options: RunOptions = {}) =>
  run(line.split(' '), { cwd: folder, env, ...options });

const ada = { name: 'Ada', email: 'ada@example.com', address: { street: '1 Main', country: 'GB' } };
const binding = '-t acme --type customer --id 7';
const seal = (more = '') =>
  tk(`record seal - ${binding} --field email address.street phone? --index email${more}`, {
    input: JSON.stringify(ada),
  });

describe('a record', () => {
  test('is sealed to JSON, and opened again', async () => {
    const sealed = await seal();
    expect([sealed.code, sealed.stderr]).toEqual([0, '']);
    const { email, email$index, $sealed, ...rest } = JSON.parse(sealed.stdout);
    expect(sealed.stdout).not.toMatch(/ada@|1 Main/);
    expect(rest).toMatchObject({ name: 'Ada', address: { country: 'GB' } });
    for (const text of [email, $sealed]) expect(text).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(email$index).toMatch(/^1\./);
    writeFileSync(join(folder, 'sealed.json'), sealed.stdout);
    const opened = await tk(`record open sealed.json ${binding} --field email address.street`);
    expect(JSON.parse(opened.stdout)).toEqual(ada);
  });

  test.each([
    ['-t acme --type customer --id 8', 4],
    ['-t acme --type supplier --id 7', 4],
    ['-t globex --type customer --id 7', 4],
    ['-t acme --type customer --id 7 --record-version 1', 4],
    ['-t acme --type customer --id 7 --field email', 4],
    ['-t acme --type customer', 2],
  ])('does not open with %s', async (options, code) => {
    const ended = await tk(`record open sealed.json ${options}`);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });

  test('takes an actor and a label, which the audit keeps', async () => {
    const claims = '--actor jane@example.com --label ticket-7';
    const ended = await tk(`record open sealed.json ${binding} ${claims}`);
    expect(JSON.parse(ended.stdout)).toEqual(ada);
    const event = { operation: 'decryptDataKey', actor: 'jane@example.com', label: 'ticket-7' };
    const events = await eventually(async () => {
      const { stdout } = await tk(`audit acme --by jane@example.com --json`);
      return stdout.includes('ticket-7')
        ? stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : undefined;
    });
    expect(events).toContainEqual(expect.objectContaining(event));
  });

  test('with a data key and a version of its own opens with that version', async () => {
    const sealed = await seal(' --own-key --record-version 3');
    const open = (version: number) =>
      tk(`record open - ${binding} --record-version ${version}`, { input: sealed.stdout });
    expect(JSON.parse((await open(3)).stdout)).toEqual(ada);
    expect((await open(2)).code).toBe(4);
  });

  test.each(['', 'ada@example.com', '[1]', 'null', '"ada@example.com"'])(
    'that is %j is refused, and not repeated',
    async (input) => {
      const ended = await tk(`record seal - ${binding} --field email`, { input });
      expect([ended.code, ended.stdout]).toEqual([2, '']);
      expect(ended.stderr).toBe('tenant-keys: Standard input is not one JSON object.\n');
    },
  );
});

describe('a mac', () => {
  const mac = async (line: string, input = ada.email) =>
    JSON.parse((await tk(`mac ${line} --json`, { input })).stdout);

  test("is the index's, and another for any other value, purpose and tenant", async () => {
    const [one] = await mac('customer/email -t acme');
    const { email$index } = JSON.parse((await seal()).stdout);
    expect(`${one.version}.${one.mac}`).toBe(email$index);
    const others = [
      await mac('customer/email -t acme', `${ada.email}\n`),
      await mac('customer/phone -t acme'),
      await mac('customer/email -t globex'),
    ].map(([other]) => other.mac);
    expect(new Set([one.mac, ...others]).size).toBe(4);
  });

  test('is of a file, and as short as is asked for', async () => {
    writeFileSync(join(folder, 'email'), ada.email);
    const ended = await tk('mac customer/email -t acme --file email --bits 16');
    expect(ended.stdout).toMatch(/^version +mac\n1 +[A-Za-z0-9+/]{3}=\n$/);
    expect((await tk('mac customer/email -t acme --bits 7', { input: 'x' })).code).not.toBe(0);
  });
});
