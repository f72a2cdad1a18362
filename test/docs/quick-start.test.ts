/** The quick start's commands run one after the other in one shell. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { blocks } from '../blocks/blocks.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';

const root = join(import.meta.dirname, '..', '..');
const ofPage = blocks.filter(({ document }) => document === 'docs/quick-start.md');

describe('the commands', () => {
  let stack: TestStack;
  let folder: string;
  beforeAll(async () => {
    stack = await startTestStack();
    folder = mkdtempSync(join(tmpdir(), 'quick-start-'));
    // A clone, but for what the page makes in it.
    for (const name of ['client', 'examples', 'node_modules']) {
      symlinkSync(join(root, name), join(folder, name));
    }
  }, 120_000);
  afterAll(async () => {
    await stack.close();
    rmSync(folder, { recursive: true });
  });

  /** A test's stack has ports of its own, so it is named by the variables that the page names too. */
  const environment = () => ({
    PATH: process.env.PATH,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    TENANT_KEYS_URL: stack.api,
    TENANT_KEYS_ISSUER: stack.issuer,
    TENANT_KEYS_CLIENT_ID: 'me',
    TENANT_KEYS_CLIENT_SECRET: 'local',
    TENANT_KEYS_TENANT_PARAMETER: 'tenant_id',
  });

  test('all do what the page says', async () => {
    const [start, ...others] = ofPage.map(({ text }) => text);
    expect(start).toBe('npm ci && npm run build:client && npm start\n');
    expect(others.length).toBeGreaterThan(3);
    const shell = spawn('sh', ['-e'], { cwd: folder, env: environment() });
    let [stdout, stderr] = ['', ''];
    shell.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    shell.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    shell.stdin.end(others.join('\n'));
    const code = await new Promise((resolve) => shell.on('close', resolve));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^status +ACTIVE$/m);
    expect(stdout).toMatch(/"email": "ada@example.com"/);
    expect(stdout).toMatch(/^time +kind /m);
  });
});
