/** No shell block of the documents is left to hope: each is run, or says what of AWS it needs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { blocks } from '../blocks/blocks.ts';
import { byHand, elsewhere, onAccount, runs } from '../blocks/plan.ts';

const planned = [...runs, ...elsewhere, ...onAccount, ...byHand];
const planOf = (document: string, begins: string) =>
  planned.filter((one) => one.document === document && begins.startsWith(one.begins));

describe('the plan', () => {
  test('has every block, once', () => {
    expect(blocks.length).toBeGreaterThan(40);
    const counts = blocks.map(({ document, begins }) => [
      document,
      begins,
      planOf(document, begins).length,
    ]);
    expect(counts.filter(([, , count]) => count !== 1)).toEqual([]);
  });

  test('has no block that is gone, and none that is two', () => {
    const found = planned.map(({ document, begins }) => [
      document,
      begins,
      blocks.filter((one) => one.document === document && one.begins.startsWith(begins)).length,
    ]);
    expect(found.filter(([, , count]) => count !== 1)).toEqual([]);
  });

  test('names only tests that there are', () => {
    expect(elsewhere.filter((one) => !existsSync(one.test))).toEqual([]);
  });
});

test.each(blocks.map((block) => [`${block.document}: ${block.begins}`, block.text]))(
  '%s is what a shell can read',
  (_, text) => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  },
);

/** A shell reads `<a token>` as a file that is there no more than `...` is a name. */
test('no block has a place for the reader to fill in', () => {
  const places = blocks.filter(({ text }) => /<[a-z][\w -]*>|\w\.\.\.(?=\s|$|")/m.test(text));
  expect(places.map(({ document, begins }) => [document, begins])).toEqual([]);
});
