/** The command line of `npm run openapi`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { documentFile } from '../../openapi/document-file.ts';

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['openapi/main.ts', ...args], { encoding: 'utf8' });

test('help names its option', () => {
  const { stdout, status } = run('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('--page FILE');
});

test.each([[['--pge', 'x']], [['page.html']], [['--page']], [['--page', '/no/such/folder/x']]])(
  '%j is one line of error, and nothing is written',
  (args) => {
    const before = readFileSync(documentFile, 'utf8');
    const { stdout, stderr, status } = run(...args);
    expect([stdout, status]).toEqual(['', 2]);
    expect(stderr).toMatch(/^npm run openapi: [^\n]+\n$/);
    expect(readFileSync(documentFile, 'utf8')).toBe(before);
  },
);
