/** The program against the whole local stack: what it makes, what it prints, and its exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';

let stack: TestStack;
let folder: string;
let file: string;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onboard-'));
  file = join(folder, 'tenants.csv');
});
afterEach(() => {
  stack.deployment.faults.clear();
  rmSync(folder, { recursive: true });
});

const idsOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
const write = (ids: readonly string[]) => writeFileSync(file, `tenantId\n${ids.join('\n')}\n`);
const journal = () => readFileSync(`${file}.progress`, 'utf8').trimEnd().split('\n').slice(1);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param meanwhile called with the running process */
async function onboard(
  args: readonly string[] = [],
  meanwhile: (child: ChildProcess) => Promise<void> | void = () => {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const issuer = `${stack.issuer}/oauth2/token`;
  const credentials =
    environment.TENANT_KEYS_TOKEN === undefined
      ? ['--token-url', issuer, '--client-id', 'test']
      : [];
  const child = spawn(
    process.execPath,
    ['bin/onboard.ts', file, '--api', stack.api, ...credentials, '--rate', '50', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  await meanwhile(child);
  const [out, err] = await outputs;
  return { code: await ended, out, err };
}

/** Waits until so many tenants are in the journal. */
async function untilDone(count: number): Promise<void> {
  while (!existsSync(`${file}.progress`) || journal().length < count) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const putsOf = async (act: () => Promise<unknown>) => {
  const before = stack.calls.length;
  await act();
  return stack.calls.slice(before).filter(({ operation }) => operation === 'CreateKey').length;
};

test('a list becomes tenants, in a pipe with nothing but a summary; again, nothing is sent', async () => {
  writeFileSync(
    file,
    '\ufefftenantId,displayName,rotationPeriodInDays\r\nacme,"Acme, Größe",90\r\nglobex,,\r\n',
  );
  const summary = '2 tenants: 2 created\n';
  expect(await onboard()).toEqual({ code: 0, out: summary, err: '' });
  const token = await stack.client.adminToken();
  const { json } = await stack.client.send('GET', '/tenants/acme', { token });
  expect(json).toMatchObject({
    displayName: 'Acme, Größe',
    rotationPeriodInDays: 90,
    status: 'ACTIVE',
  });

  const before = stack.calls.length;
  const again = await onboard();
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(again.out).toMatch(
    /^2 tenants: 0 created, 2 done by an earlier run\nWhat .*progress it is/,
  );
  expect(stack.calls.length).toBe(before);

  rmSync(`${file}.progress`);
  const there = '2 tenants: 0 created, 2 already there\n';
  expect(await onboard()).toEqual({ code: 0, out: there, err: '' });
});

test('a token of the environment will do, and is printed nowhere', async () => {
  write(['tokened']);
  const token = await stack.client.adminToken();
  const ended = await onboard([], undefined, { TENANT_KEYS_TOKEN: token });
  expect(ended).toEqual({ code: 0, out: '1 tenant: 1 created\n', err: '' });
});

test('a token that the API refuses ends the run with nothing made, and is printed nowhere', async () => {
  write(idsOf('refused', 30));
  const before = await stack.rowCount();
  const token = await stack.client.tenantToken('acme');
  const { code, out, err } = await onboard([], undefined, { TENANT_KEYS_TOKEN: token });
  expect(code).toBe(1);
  expect(err).toMatch(/^onboard: stopped: 403 forbidden .*\n$/);
  expect(out).toContain('30 tenants: 0 created, 30 not done yet\n');
  expect(out + err).not.toContain(token);
  expect(await stack.rowCount()).toBe(before);
});

test('a conflict is reported with its line; the others go through', async () => {
  await stack.client.onboard('taken');
  writeFileSync(file, 'tenantId,displayName\nfree-1,\ntaken,Other\nfree-2,\n');
  const { code, out, err } = await onboard();
  expect([code, out]).toEqual([
    1,
    `3 tenants: 2 created, 1 conflict\nThe same command goes on with what is not done, by ${file}.progress.\n`,
  ]);
  expect(err).toMatch(/^line 3: taken: 409 tenant-exists .*\(request [\w-]+\)\n$/);
});

describe('nothing is sent', () => {
  test.each<[string, string, RegExp]>([
    [
      'for a list with one bad line',
      'tenantId\ngood-1\nBad\ngood-1\n',
      /^onboard: line 3: .*\nonboard: line 4: /,
    ],
    ['for no list', '', /^onboard: the file is empty\n$/],
  ])('%s', async (_, list, message) => {
    writeFileSync(file, list);
    const before = stack.calls.length;
    const { code, err } = await onboard();
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(stack.calls.length).toBe(before);
    expect(existsSync(`${file}.progress`)).toBe(false);
  });

  test('where the journal is another deployment’s', async () => {
    write(['acme']);
    writeFileSync(
      `${file}.progress`,
      '{"journal":"tenant-keys/onboard/v1","api":"https://other.example.com/v1"}\n',
    );
    const { code, err } = await onboard();
    expect([code, err]).toEqual([2, expect.stringContaining('not at http://127.0.0.1')]);
  });
});

test('while KMS throttles CreateKey the run waits and goes on: no row fails, no key too many', async () => {
  const ids = idsOf('throttled', 12);
  write(ids);
  const before = await stack.keyCount();
  stack.deployment.faults.set([
    { service: 'kms', operation: 'CreateKey', fault: 'throttle', after: 2 },
  ]);
  const logsBefore = stack.logs.length;
  const wasThrottled = () =>
    stack.logs.slice(logsBefore).some((line) => /"status":(429|503)/.test(line));
  // The function retries as well: only its answer tells the program to slow down.
  const ended = await onboard([], async () => {
    while (!wasThrottled()) await new Promise((resolve) => setTimeout(resolve, 50));
    stack.deployment.faults.clear();
  });
  expect(ended).toEqual({ code: 0, out: '12 tenants: 12 created\n', err: '' });
  expect((await stack.keyCount()) - before).toBe(12);
}, 120_000);

test('killed in the middle, with a torn journal, it goes on where it stopped: one key a tenant', async () => {
  const ids = idsOf('killed', 30);
  write(ids);
  const before = await stack.keyCount();
  await onboard(['--rate', '10'], async (child) => {
    await untilDone(8);
    child.kill('SIGKILL');
  });
  const done = journal().length;
  expect(done).toBeLessThan(30);
  appendFileSync(`${file}.progress`, '{"tenantId":"killed-2');
  let ended: Ended | undefined;
  const created = await putsOf(async () => {
    ended = await onboard();
  });
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(ended?.out).toContain(`${done} done by an earlier run`);
  expect(created).toBeLessThanOrEqual(30 - done);
  expect(new Set(journal()).size).toBe(30);
  expect((await stack.keyCount()) - before).toBe(30);
}, 120_000);

test('Ctrl-C, which npm passes on a second time: the requests under way end and are in the journal', async () => {
  write(idsOf('stopped', 60));
  const before = await stack.rowCount();
  // So that requests are still under way when the second signal comes.
  stack.deployment.faults.set([
    { service: 'kms', operation: 'CreateKey', fault: 'slow', delayMs: 500 },
  ]);
  const { code, out, err } = await onboard(['--rate', '10'], async (child) => {
    await untilDone(5);
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 30));
    child.kill('SIGINT');
  });
  stack.deployment.faults.clear();
  const done = journal().length;
  expect(code).toBe(130);
  expect(err).toBe('stopping after the requests under way; once more stops at once\n');
  expect(out).toContain(`60 tenants: ${done} created, ${60 - done} not done yet\n`);
  expect((await stack.rowCount()) - before).toBe(done);
}, 120_000);
