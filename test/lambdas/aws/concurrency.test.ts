import { expect, test } from '@jest/globals';
import { forEachConcurrently } from '../../../lambdas/aws/concurrency.ts';

test('every item is worked on once, with its index, and no more at a time than allowed', async () => {
  const items = Array.from({ length: 20 }, (_, at) => `item ${at}`);
  const done: [number, string][] = [];
  let running = 0;
  let most = 0;
  await forEachConcurrently(items, 3, async (item, index) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    done.push([index, item]);
  });
  expect(done.sort(([one], [other]) => one - other)).toEqual([...items.entries()]);
  expect(most).toBe(3);
});

test('the first failure is thrown', async () => {
  const work = async (item: number) => {
    if (item > 1) throw new Error(`${item} failed`);
  };
  await expect(forEachConcurrently([1, 2, 3], 1, work)).rejects.toThrow('2 failed');
});

test('no items are no work', async () => {
  await forEachConcurrently([], 3, async () => expect(true).toBe(false));
});
