/** The slowest suites start first, also where Jest does not know yet how long they take. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SlowestFirst, { slowest } from './slowest-first.ts';

const root = join(import.meta.dirname, '..');

test.each(slowest)('%s is a suite', (path) => {
  expect(existsSync(join(root, path))).toBe(true);
});

type Tests = Parameters<SlowestFirst['sort']>[0];
const suites = (paths: readonly string[]): Tests =>
  paths.map((path) => ({
    path: join(root, path),
    context: { hasteFS: { getSize: (file: string) => statSync(file).size } },
  })) as unknown as Tests;

test('a slow suite comes before a larger one, and none is lost', async () => {
  const larger = '/test/e2e/page.test.ts';
  const cacheless = new (class extends SlowestFirst {
    override _getCache() {
      return {};
    }
  })({ contexts: [], globalConfig: {} as never });
  const sorted = await cacheless.sort(suites([larger, ...slowest]));
  const paths = sorted.map(({ path }) => path.slice(root.length));
  expect(paths.at(-1)).toBe(larger);
  expect(paths.toSorted()).toEqual([larger, ...slowest].toSorted());
});
