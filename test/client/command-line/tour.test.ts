/**
 * The tour of docs/command-line.md is what the commands print, run one after the other against a fresh stack; only ids, times
 * and ciphertexts are others each time. `UPDATE_TOUR=1` writes the page's block anew.
 */
import { exec } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { main, variablesOf } from './harness.ts';

const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'command-line.md');
const block = /(<!-- tour -->\n\n```\n)([\s\S]*?)(```\n)/;

const commands = [
  'tenant-keys doctor --tenant acme',
  "tenant-keys tenants onboard acme --display-name 'Acme Ltd'",
  'tenant-keys tenants onboard globex',
  'tenant-keys tenants list',
  "printf 'tenantId,displayName\\ninitech,Initech\\nHooli,\\n' > tenants.csv",
  'tenant-keys tenants import tenants.csv --dry-run',
  'sed -i.before s/Hooli/hooli/ tenants.csv',
  'tenant-keys tenants import tenants.csv',
  'tenant-keys tenants import tenants.csv --json',
  "printf 'quarterly report' > report.txt",
  'tenant-keys encrypt report.txt --tenant acme --context document=7',
  'tenant-keys decrypt report.txt.sealed --tenant acme --context document=7 --out -',
  'tenant-keys decrypt report.txt.sealed --tenant globex --context document=7 --out -',
  `printf '{"id":"7","email":"jane@example.com"}' > customer.json`,
  'tenant-keys record seal customer.json --tenant acme --type customer --id 7 --field email > sealed.json',
  'tenant-keys record open sealed.json --tenant acme --type customer --id 7',
  'tenant-keys record open sealed.json --tenant acme --type customer --id 8',
  'printf jane@example.com | tenant-keys mac customer/email --tenant acme --json',
  'tenant-keys rotate acme',
  'tenant-keys rotations acme',
  'tenant-keys tenants suspend acme --actor jane@example.com',
  'tenant-keys encrypt report.txt --tenant acme --out again.sealed',
  'tenant-keys audit acme --outcome refused --newest --count 1',
  'tenant-keys tenants resume acme --json | grep status',
  'tenant-keys tenants resume --json',
];

let stack: TestStack;
let folder: string;
beforeAll(async () => {
  stack = await startTestStack();
  folder = mkdtempSync(join(tmpdir(), 'tour-'));
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

test('the tour is what the commands print', async () => {
  const said: string[] = [];
  for (const command of commands) {
    // Events come after what they are of.
    if (command.includes('audit')) await stack.settled();
    said.push(`$ ${command}\n${steady(await output(command))}`);
  }
  const tour = said.join('\n');
  if (process.env.UPDATE_TOUR === '1') {
    writeFileSync(
      page,
      readFileSync(page, 'utf8').replace(block, (_, start, __, end) => start + tour + end),
    );
  }
  expect(block.exec(readFileSync(page, 'utf8'))?.[2]).toBe(tour);
}, 180_000);

/** Both streams, as a terminal shows them. Not waited for in one piece: the stack is in this very process. */
async function output(command: string): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    XDG_STATE_HOME: join(folder, 'state'),
    ...variablesOf(stack, 'backend'),
  };
  const define = `tenant-keys() { '${process.execPath}' '${main}' "$@"; }`;
  return new Promise((resolve) => {
    const script = `${define}; { ${command}; } 2>&1 || echo "(exit code $?)"`;
    exec(script, { cwd: folder, env, shell: '/bin/bash' }, (_, stdout) => resolve(stdout));
  });
}

/** What is another each time, in its usual form. */
function steady(text: string): string {
  const withEnd = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return withEnd
    .replaceAll(stack.api, 'http://127.0.0.1:3000/v1')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '2026-11-26T10:00:00.000Z')
    .replace(
      /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
      '6fdd810b-fd8c-47d9-9ab1-99f4c229d39d',
    )
    .replace(/\b[0-9a-f]{64}\b/g, `${'d84d834b'.repeat(8)}`)
    .replace(/Node\.js [\d.]+/g, 'Node.js 24.21.0')
    .replace(/"mac": "[^"]+"/g, '"mac": "wF5vY2c3m0P0mFh0m8o6Vn9gF2e1o4tq1J5xGd0Q0hU="');
}
