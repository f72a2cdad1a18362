/** The example app: what it does, what an onlooker of its folder has, and how little of it is about encryption. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';

const root = join(import.meta.dirname, '..', '..');
const appFolder = 'examples/customers';
let stack: TestStack;
let folder: string;
let env: NodeJS.ProcessEnv;
const at = (...names: string[]) => join(folder, ...names);
const plaintext = 'a contract\n'.repeat(100_000);

beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
  folder = mkdtempSync(join(tmpdir(), 'customers-'));
  env = {
    PATH: process.env.PATH,
    TENANT_KEYS_URL: stack.api,
    TENANT_KEYS_ISSUER: stack.issuer,
    CUSTOMERS_DATA: at('data'),
  };
  writeFileSync(at('contract.txt'), plaintext);
}, 120_000);
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

async function run(script: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    env: { ...env, ...more },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}
const app = (...args: string[]) => run(`${appFolder}/main.ts`, args);

const ada = { id: '7', name: 'Ada', email: 'ada@example.com', phone: '+44 20 5550' };

describe('the example app', () => {
  test('finds a customer again by the mail address, and no other', async () => {
    expect(await app('add', ...Object.values(ada))).toEqual({ code: 0, stdout: '', stderr: '' });
    await app('add', '8', 'Bob', 'bob@example.com', '555');
    expect(JSON.parse((await app('find', ada.email)).stdout)).toEqual([ada]);
    expect(JSON.parse((await app('find', 'nobody@example.com')).stdout)).toEqual([]);
  });

  test('gives a document back byte for byte', async () => {
    expect(await app('attach', '7', at('contract.txt'))).toMatchObject({ code: 0, stderr: '' });
    expect(await app('fetch', '7', 'contract.txt', at('back.txt'))).toMatchObject({ code: 0 });
    expect(readFileSync(at('back.txt'), 'utf8')).toBe(plaintext);
  });

  test('leaves nothing in its folder that can be read', () => {
    const files = readdirSync(at('data', 'acme'));
    expect(files).toEqual(['7.contract.txt.sealed', 'customers.sqlite']);
    for (const name of files) {
      const content = readFileSync(at('data', 'acme', name), 'latin1');
      for (const secret of [ada.email, ada.phone, 'a contract', 'bob@']) {
        expect(content).not.toContain(secret);
      }
    }
  });

  test('does not open a row that was changed, nor a document of another customer', async () => {
    const database = new DatabaseSync(at('data', 'acme', 'customers.sqlite'));
    database.exec(`UPDATE customers SET phone = (SELECT phone FROM customers WHERE id = '8')
                   WHERE id = '7'`);
    database.close();
    const found = await app('find', ada.email);
    expect([found.code, found.stdout]).toEqual([1, '']);
    expect(found.stderr).not.toMatch(/\n +at |ada@|5550/);
    writeFileSync(
      at('data', 'acme', '8.contract.txt.sealed'),
      readFileSync(at('data', 'acme', '7.contract.txt.sealed')),
    );
    expect((await app('fetch', '8', 'contract.txt', at('other.txt'))).code).toBe(1);
    expect(readdirSync(folder)).not.toContain('other.txt');
  });

  test('takes no path for a name, and says how it is called', async () => {
    expect((await app('fetch', '../7', 'contract.txt', at('other.txt'))).code).toBe(1);
    expect((await app('add', '7')).code).toBe(2);
  });
});

describe('lines that deal with encryption', () => {
  const linesOf = (path: string) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .map((line) => line.trim());
  const isCode = (line: string) => line !== '' && !/^(?:\/\/|\/?\*)/.test(line);
  /** What comes from the client, and what comes of that. */
  const ofClient = /@tenant-keys|TenantKeys|\btenant\b|\brecords\b|\b(?:seal|open)File\b/;
  const withClient = ['customers.ts', 'main.ts'].flatMap((file) =>
    linesOf(`${appFolder}/${file}`).filter((line) => isCode(line) && ofClient.test(line)),
  );
  const raw = marked(linesOf('test/examples/customers-raw.ts')).filter(isCode);

  test('are ten at most', () => {
    expect(withClient.length).toBeGreaterThan(5);
    expect(withClient.length).toBeLessThanOrEqual(10);
  });

  test('are as many, and by the API alone as many, as the README of the example says', () => {
    const readme = readFileSync(join(root, appFolder, 'README.md'), 'utf8');
    const [, ours, theirs] = /(\d+) lines .* (\d+) lines by/.exec(readme) ?? [];
    expect([Number(ours), Number(theirs)]).toEqual([withClient.length, raw.length]);
  });

  test('of the app by the API alone work as well', async () => {
    const args = [at('contract.txt'), at('raw.txt')];
    const ended = await run('test/examples/main-raw.ts', args, { CUSTOMERS_DATA: at('raw') });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject([{ id: '7', email: 'ada@example.com' }]);
    expect(readFileSync(at('raw.txt'), 'utf8')).toBe(plaintext);
  });
});

function marked(lines: readonly string[]): string[] {
  let isInside = false;
  return lines.filter((line) => {
    const mark = /^\/\/ encryption: (begin|end)$/.exec(line);
    if (mark !== null) isInside = mark[1] === 'begin';
    return isInside && mark === null;
  });
}
