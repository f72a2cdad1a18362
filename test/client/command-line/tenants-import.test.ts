/** `tenants import` against the whole local stack: what it makes, what it prints, and its exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { main, variablesOf } from './harness.ts';

let stack: TestStack;
let folder: string;
let file: string;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
  file = join(folder, 'tenants.csv');
});
afterEach(() => {
  stack.deployment.faults.clear();
  rmSync(folder, { recursive: true });
});

const idsOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
const write = (ids: readonly string[]) => writeFileSync(file, `tenantId\n${ids.join('\n')}\n`);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Options {
  /** called with the running process */
  readonly meanwhile?: (child: ChildProcess) => Promise<void>;
  readonly env?: Readonly<Record<string, string>>;
}

async function importFile(args: readonly string[] = [], options: Options = {}): Promise<Ended> {
  const { meanwhile, env = variablesOf(stack, 'backend') } = options;
  const child = spawn(
    process.execPath,
    [main, 'tenants', 'import', file, '--rate', '50', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, XDG_STATE_HOME: join(folder, 'state'), ...env },
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  await meanwhile?.(child);
  const [out, err] = await outputs;
  return { code: await ended, out, err };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until there are so many rows more than before. */
async function untilRows(count: number): Promise<void> {
  while ((await stack.rowCount()) < count) await pause(20);
}

test('a list becomes tenants, in a pipe with nothing but a summary; again, no key is made', async () => {
  writeFileSync(
    file,
    '\ufefftenantId,displayName,rotationPeriodInDays\r\nacme,"Acme, Größe",90\r\nglobex,,\r\n',
  );
  expect(await importFile()).toEqual({ code: 0, out: '2 tenants: 2 created\n', err: '' });
  const token = await stack.client.adminToken();
  const { json } = await stack.client.send('GET', '/tenants/acme', { token });
  expect(json).toMatchObject({
    displayName: 'Acme, Größe',
    rotationPeriodInDays: 90,
    status: 'ACTIVE',
  });

  const keys = await stack.keyCount();
  const there = '2 tenants: 0 created, 2 already there\n';
  expect(await importFile()).toEqual({ code: 0, out: there, err: '' });
  const asJson = await importFile(['--json']);
  const summary = { tenants: 2, sent: true, created: 0, existing: 2, failed: 0, left: 0 };
  expect([asJson.err, JSON.parse(asJson.out)]).toEqual(['', summary]);
  expect(await stack.keyCount()).toBe(keys);
});

test('a conflict is named with its line and reason, in JSON too; the others go through', async () => {
  await stack.client.onboard('taken');
  writeFileSync(file, 'tenantId,displayName\nfree-1,\ntaken,Other\nfree-2,\n');
  const { code, out, err } = await importFile();
  expect([code, out]).toEqual([1, '3 tenants: 2 created, 1 failed\n']);
  expect(err).toMatch(
    /^line 3: taken: .*\(409 tenant-exists, request [\w-]+\)\nThe same command .*\ntenant-keys: 1 tenant of 3 not onboarded\.\n$/,
  );
  const asJson = await importFile(['--json']);
  const [failure, last, ...none] = asJson.err
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(failure).toMatchObject({ line: 3, tenantId: 'taken', status: 409, code: 'tenant-exists' });
  expect([last, none]).toEqual([{ error: '1 tenant of 3 not onboarded.', exitCode: 1 }, []]);
});

test('--dry-run sends nothing, and needs no API', async () => {
  write(idsOf('dry', 1000));
  const calls = stack.calls.length;
  const ended = await importFile(['--dry-run', '--rate', '4'], { env: {} });
  const out = '1000 tenants, at 4 a second some 250 s; nothing was sent\n';
  expect(ended).toEqual({ code: 0, out, err: '' });
  const { out: json } = await importFile(['--dry-run', '--json'], { env: {} });
  expect(JSON.parse(json)).toEqual({ tenants: 1000, sent: false });
  expect(stack.calls.length).toBe(calls);
});

test('what the API would refuse to every tenant ends the run, with nothing made and the token printed nowhere', async () => {
  write(idsOf('refused', 30));
  const before = await stack.rowCount();
  const token = await stack.client.tenantToken('acme');
  const env = { TENANT_KEYS_URL: stack.api, TENANT_KEYS_TOKEN: token };
  const { code, out, err } = await importFile([], { env });
  expect([code, out]).toEqual([3, '30 tenants: 0 created, 30 not done yet\n']);
  expect(err).toMatch(/\(403 forbidden, request [\w-]+\)\n$/);
  expect(out + err).not.toContain(token);
  expect(await stack.rowCount()).toBe(before);
});

describe('nothing is sent', () => {
  const bad = 'tenantId\ngood-1\nBad\ngood-1\n\u001b[2J\n';
  test.each<[string, string, RegExp]>([
    [
      'for a list with one bad line, all of which are named',
      bad,
      /^line 3: Bad: tenantId: .*\nline 4: good-1: tenantId: stands on line 2 already\nline 5: .*\ntenant-keys: .*3 lines are wrong; nothing was sent\.\n$/,
    ],
    ['for no list', '', /^tenant-keys: The file is empty\.\n$/],
  ])('%s', async (_, list, message) => {
    writeFileSync(file, list);
    const calls = stack.calls.length;
    const { code, err } = await importFile();
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(err).not.toContain('\u001b');
    expect(stack.calls.length).toBe(calls);
  });

  test('of what cannot be read twice, or is not there', async () => {
    const given = file;
    file = '/dev/stdin';
    expect(await importFile()).toMatchObject({ code: 2, err: expect.stringMatching(/read twice/) });
    file = `${given}.other`;
    expect((await importFile()).err).toMatch(/there is no such file/);
  });

  test.each(['--rate=0', '--rate=1e3', '--in-flight=65', '--in-flight=0'])('%s', async (option) => {
    write(['acme']);
    expect((await importFile([option])).code).toBe(2);
  });
});

test('while KMS throttles CreateKey the run waits and goes on: no row fails, no key too many', async () => {
  write(idsOf('throttled', 12));
  const before = await stack.keyCount();
  stack.deployment.faults.set([
    { service: 'kms', operation: 'CreateKey', fault: 'throttle', after: 2 },
  ]);
  const logsBefore = stack.logs.length;
  const wasThrottled = () =>
    stack.logs.slice(logsBefore).some((line) => /"status":(429|503)/.test(line));
  // The function retries as well: only its answer tells the program to slow down.
  const meanwhile = async () => {
    while (!wasThrottled()) await pause(50);
    stack.deployment.faults.clear();
  };
  const out = '12 tenants: 12 created\n';
  expect(await importFile([], { meanwhile })).toEqual({ code: 0, out, err: '' });
  expect((await stack.keyCount()) - before).toBe(12);
}, 120_000);

test.each(['SIGKILL', 'SIGINT'] as const)(
  'after %s in the middle the same command goes on: one key a tenant',
  async (signal) => {
    write(idsOf(signal.toLowerCase(), 30));
    const [keys, rows] = [await stack.keyCount(), await stack.rowCount()];
    const meanwhile = async (child: ChildProcess) => {
      await untilRows(rows + 8);
      child.kill(signal);
    };
    const { code, out } = await importFile(['--rate', '10'], { meanwhile });
    if (signal === 'SIGINT') {
      expect(code).toBe(130);
      expect(out).toMatch(/^30 tenants: \d+ created, \d+ not done yet\n$/);
    }
    const again = await importFile();
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toMatch(/^30 tenants: \d+ created, ([6-9]|1\d|2\d) already there\n$/);
    expect((await stack.keyCount()) - keys).toBe(30);
  },
  120_000,
);
