/** The command line of `npm run release`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { lastReleaseFile } from '../../release/last-release.ts';

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['release/main.ts', ...args], { encoding: 'utf8' });

test('help names its option', () => {
  const { stdout, status } = run('--help');
  expect([status, stdout]).toEqual([0, expect.stringContaining('--changes')]);
});

test.each([[[]], [['1.2.3']], [['v1.2']], [['v1.2.3', 'v1.2.4']], [['--change']], [['v1.2.3;x']]])(
  '%j is one line of error, and nothing is written',
  (args) => {
    const before = readFileSync(lastReleaseFile, 'utf8');
    const { stdout, stderr, status } = run(...args);
    expect([stdout, status]).toEqual(['', 2]);
    expect(stderr).toMatch(/^npm run release: [^\n]+\n$/);
    expect(readFileSync(lastReleaseFile, 'utf8')).toBe(before);
  },
);
