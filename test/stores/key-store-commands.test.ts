/** A tenant's key is moved to a real OpenBao and its previous one ended by the command line, which says how far it is. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { run, variablesOf } from '../client/command-line/harness.ts';
import { acme, stack, useTwoStores } from './two-stores.ts';

useTwoStores();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-store-commands-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const tk = (line: string) => run(line.split(' '), { cwd: folder, env: variablesOf(stack, 'jane') });
const bytes = (text: string) => new TextEncoder().encode(text);

test('the key is moved, macs are rewrapped, and the previous key is ended and restored', async () => {
  const hashes = await acme.mac('customer/email', bytes('ada'));
  const change = 'tenants change-key-store acme --key-store vault';
  const changed = await tk(change);
  expect(changed).toMatchObject({ code: 0 });
  expect(changed.stdout).toMatch(/^keyStore +vault$/m);
  expect(changed.stderr).toMatch(/^Both keys decrypt\. The one in vault encrypts from \S+Z on/);
  const again = JSON.parse((await tk(`${change} --json`)).stdout);
  expect(again.keyStoreChange).toMatchObject({ from: 'aws-kms', to: 'vault' });

  const early = await tk('rewrap-mac-keys --tenant acme');
  expect([early.code, early.stdout]).toEqual([6, 'rewrapped  0\nleft       1\n']);
  expect(early.stderr).toMatch(/^tenant-keys: Not all could be rewrapped yet/);
  expect((await tk('tenants end-previous-key acme')).code).toBe(5);
  stack.pass(66 + 96);
  const rewrapped = await tk('rewrap-mac-keys --tenant acme --json');
  expect(rewrapped).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(rewrapped.stdout)).toEqual({ rewrapped: 1, left: 0 });
  await stack.run('reconciler');

  const ending = await tk('tenants end-previous-key acme --window-days 30 --force');
  expect(ending).toMatchObject({ code: 0 });
  expect(ending.stderr).toMatch(
    /^The previous key decrypts nothing, and is destroyed \S+Z: .* restore-previous-key acme /,
  );
  expect((await tk('tenants get acme')).stderr).toBe(ending.stderr);
  const restored = JSON.parse((await tk('tenants restore-previous-key acme --json')).stdout);
  expect(restored.keyStoreChange).toMatchObject({ stage: 'both-readable' });
  expect(await acme.mac('customer/email', bytes('ada'))).toEqual(hashes);
}, 120_000);

test.each([
  ['tenants change-key-store acme', 2],
  ['tenants change-key-store acme --key-store cellar', 2],
  ['tenants change-key-store nobody --key-store vault', 5],
  ['tenants end-previous-key globex', 5],
  ['tenants restore-previous-key globex', 5],
  ['rewrap-mac-keys', 2],
])('%s ends with %d and a sentence', async (line, code) => {
  const ended = await tk(line);
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(ended.stderr).toMatch(/^(?:tenant-keys|error): .+/);
  expect(ended.stderr).not.toMatch(/^ +at /m);
});
