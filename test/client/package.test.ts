/** What is packed: the compiled files and their types, and nothing that leads out of the package. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'client');
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

describe('the build', () => {
  test('has every file that the manifest names', () => {
    const named = JSON.stringify([manifest.exports, manifest.bin]).match(/\.\/[\w./-]+/g) ?? [];
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
  });

  test('has a file with types for every source, and no other', () => {
    const sources = globSync('**/*.ts', { cwd: folder, exclude: ['dist/**', 'node_modules/**'] });
    const built = (ending: string) => sources.map((path) => path.replace(/\.ts$/, ending)).sort();
    const found = globSync('**/*.*', { cwd: join(folder, 'dist') }).sort();
    expect(found).toEqual([...built('.js'), ...built('.d.ts')].sort());
  });

  test('imports its own files, Node.js and its dependencies alone', () => {
    const allowed = new Set(Object.keys(manifest.dependencies ?? {}));
    const imports = globSync('dist/**/*.{js,d.ts}', { cwd: folder }).flatMap((path) =>
      [
        ...readFileSync(join(folder, path), 'utf8').matchAll(
          /(?:from|import)\s*\(?\s*['"]([^'"\s]+)['"]/g,
        ),
      ].map(([, name]) => [path, name as string] as const),
    );
    expect(imports.length).toBeGreaterThan(0);
    const refused = imports.filter(
      ([, name]) =>
        !/^\.{1,2}\/.*\.[jt]s$|^node:/.test(name) && !allowed.has(name.replace(/(?<=.)\/.*/, '')),
    );
    expect(refused).toEqual([]);
  });
});

test("the licence is the repository's", () => {
  expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(
    readFileSync(join(root, 'LICENSE'), 'utf8'),
  );
});
