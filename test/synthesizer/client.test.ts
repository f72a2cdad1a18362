import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { requestAssembly, requestTemplate } from './client.ts';

const context = { issuer: 'https://id.example.com', audience: 'tenant-keys' };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('two assemblies of one run have the same bundles, each in its own folder', async () => {
  const bundles = async (name: string) => {
    await requestAssembly(context, join(folder, name));
    return readdirSync(join(folder, name), { recursive: true }).filter((file) =>
      String(file).endsWith('.mjs'),
    );
  };
  const first = await bundles('first');
  expect(first).toContainEqual(expect.stringMatching(/crypto\.mjs$/));
  expect(await bundles('second')).toEqual(first);
});

test('a template is of the context that was asked for, whatever was asked for before', async () => {
  const texts = [];
  for (const audience of ['one-audience', 'another-audience', 'one-audience']) {
    texts.push(JSON.stringify(await requestTemplate({ ...context, audience })));
  }
  expect(texts.map((text) => text.includes('one-audience'))).toEqual([true, false, true]);
});

test('what the app refuses, the test is told', async () => {
  await expect(requestAssembly({ ...context, issuer: 'x' }, folder)).rejects.toThrow(
    /issuer must be .*; it is "x"/,
  );
});
