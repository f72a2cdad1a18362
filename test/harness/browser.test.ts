/** What a machine without a browser leaves out, it says; and not where a browser is required. */
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { browserHere } from './browser.ts';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** That ends as it starts, as Chromium does where the machine lacks a library. */
function brokenBrowser(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tenant-keys-browser-')), 'chromium');
  const says = 'chromium: error while loading shared libraries: libnspr4.so: no such file';
  writeFileSync(file, `#!/bin/sh\necho '${says}' >&2\nexit 127\n`);
  chmodSync(file, 0o755);
  return file;
}

test.each([
  ['lacks a library', brokenBrowser(), 'error while loading shared libraries: libnspr4.so'],
  ['is not there', '/nowhere/chromium', '/nowhere/chromium'],
])('where Chromium %s, one line says what is left out, and why', async (_, CHROMIUM_PATH, why) => {
  expect(await browserHere('the page', { CHROMIUM_PATH })).toBeUndefined();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^left out: the page, since no Chromium starts here \(.*\): .*\n$/);
  expect(lines[0]).toContain(why);
});

test('where one is required, a missing browser is an error and nothing is left out', async () => {
  const env = { CHROMIUM_PATH: brokenBrowser(), BROWSER_REQUIRED: '1' };
  await expect(browserHere('the page', env)).rejects.toThrow('libnspr4.so');
  expect(lines).toEqual([]);
});
