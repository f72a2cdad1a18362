/** What a function's folder holds: one module, and beside it what the function loads on demand. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  type BundleFiles,
  bundle,
  bundleFunctions,
  bundleWithoutOnDemand,
} from '../../../lib/functions/bundle.ts';
import { openExecutionEnvironment } from '../../../local/lambda/environment.ts';
import { definitionOf } from '../../local/lambda/definition.ts';

const root = process.cwd();
const fixture = 'test/lib/functions/on-demand';
const scratch = mkdtempSync(join(tmpdir(), 'tenant-keys-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const functions = bundleFunctions();
const loading = bundleFunctions(fixture);
const filesOf = (name: string) => [...(loading.get(name) as BundleFiles)];
const textOf = (code: Uint8Array) => Buffer.from(code).toString();

describe('a bundle', () => {
  test('of each function is the same in another folder, with what it loads on demand', () => {
    const elsewhere = join(scratch, 'a', 'clone');
    const parts = ['contract', 'lambdas', fixture, 'package.json', 'tsconfig.json'];
    for (const part of ['lib/functions/bundle.ts', ...parts]) {
      cpSync(join(root, part), join(elsewhere, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
    const script = `
      const { bundleFunctions } = await import('./lib/functions/bundle.ts');
      const texts = (from) => [...bundleFunctions(from)].map(([name, files]) =>
        [name, [...files].map(([file, code]) => [file, Buffer.from(code).toString()])]);
      process.stdout.write(JSON.stringify([texts('lambdas'), texts('${fixture}')]));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: elsewhere,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const here = [functions, loading].map((all) =>
      [...all].map(([name, files]) => [
        name,
        [...files].map(([file, code]) => [file, textOf(code)]),
      ]),
    );
    expect(functions.size).toBeGreaterThan(8);
    expect(JSON.parse(stdout)).toEqual(here);
    expect(stdout).not.toContain(root);
  }, 60_000);

  test("exports the function's handler from the file with the function's name, its first", () => {
    for (const [name, files] of [...functions, ...loading]) {
      const [[file, code] = ['', new Uint8Array()]] = files;
      const exportsHandler = /export\s*\{[^}]*\bas handler\b/.test(textOf(code));
      expect([file, exportsHandler]).toEqual([`${name}.mjs`, true]);
    }
  });

  test('of sources that do not compile is an error that names them', () => {
    expect(() => bundle('no-such-function')).toThrow('no-such-function');
  });
});

describe('a function that loads nothing on demand', () => {
  test("is one file, whatever is imported on demand in its dependencies' code", () => {
    expect(filesOf('plain').map(([file]) => file)).toEqual(['plain.mjs']);
  });

  test('is every function that has no way to a key in another store', () => {
    const several = [...functions].filter(([, { size }]) => size > 1).map(([name]) => name);
    const withKeyStores = ['certificates', 'crypto', 'reconciler', 'session-broker', 'tenants'];
    expect(withKeyStores).toEqual(expect.arrayContaining(several));
  });
});

describe('a function that loads on demand', () => {
  const words = 'a key store of its own';

  test('has that in a file beside its own', () => {
    const holding = filesOf('loading').filter(([, code]) => textOf(code).includes(words));
    expect(holding.map(([file]) => file)).toEqual([
      expect.stringMatching(/^vault-[0-9A-Z]{8}\.mjs$/),
    ]);
  });

  test('has files for all that its files import, and no others', () => {
    for (const name of ['loading', 'loading-too']) {
      const files = filesOf(name);
      const imported = files.flatMap(([, code]) =>
        [...textOf(code).matchAll(/(?:from|import\(?)"\.\/([^"]+)"/g)].map(([, file]) => file),
      );
      expect(files.map(([file]) => file).sort()).toEqual(
        [...new Set([`${name}.mjs`, ...imported])].sort(),
      );
    }
  });

  test('has the same files without another that loads the same', () => {
    const alone = bundle('loading', fixture);
    const files = readdirSync(alone).map((file) => [file, readFileSync(join(alone, file), 'utf8')]);
    rmSync(alone, { recursive: true });
    const together = filesOf('loading').map(([file, code]) => [file, textOf(code)]);
    expect(Object.fromEntries(files)).toEqual(Object.fromEntries(together));
  });

  test('shares its classes and its state with what it loads, and loads it but once', async () => {
    const keyStores = ['aws-kms', 'vault', 'vault', 'aws-kms'];
    expect(await answers(bundle('loading', fixture), keyStores)).toEqual([
      { calls: 1 },
      { calls: 3, isRefusal: true },
      { calls: 5, isRefusal: true },
      { calls: 6 },
    ]);
  });

  test('does not read it before: without that file the rest works', async () => {
    const folder = bundle('loading', fixture);
    for (const file of readdirSync(folder)) {
      if (file.startsWith('vault-')) rmSync(join(folder, file));
    }
    expect(await answers(folder, ['aws-kms', 'vault', 'aws-kms'])).toEqual([
      { calls: 1 },
      expect.stringContaining('Cannot find module'),
      { calls: 2 },
    ]);
  });

  test('is one file, in which the rest works, when it is bundled without that', async () => {
    const folder = bundleWithoutOnDemand('loading', fixture);
    expect(readdirSync(folder)).toEqual(['loading.mjs']);
    expect(await answers(folder, ['aws-kms', 'vault', 'aws-kms'])).toEqual([
      { calls: 1 },
      expect.stringContaining('Cannot find module'),
      { calls: 2 },
    ]);
  });
});

/**
 * As the local stack runs the function `loading`, one request after the other.
 * @param folder with its bundle, which is removed
 */
async function answers(folder: string, keyStores: readonly string[]): Promise<unknown[]> {
  const environment = openExecutionEnvironment({
    definition: definitionOf(folder, 'loading.handler', 30),
    variables: {},
    onLog: () => {},
    onEnd: () => {},
  });
  const given: unknown[] = [];
  try {
    for (const keyStore of keyStores) {
      const request = { event: { keyStore }, requestId: 'r', tenantId: undefined };
      given.push(await environment.invoke(request).catch(({ message }) => message));
    }
  } finally {
    await environment.close();
    rmSync(folder, { recursive: true });
  }
  return given;
}
