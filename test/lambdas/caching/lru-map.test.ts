import { expect, test } from '@jest/globals';
import { LruMap } from '../../../lambdas/caching/lru-map.ts';

test('the entry used longest ago makes room, reads and writes being uses', () => {
  const map = new LruMap<string, number>(3);
  for (const key of ['a', 'b', 'c']) map.set(key, 0);
  map.get('a');
  map.set('b', 1);
  map.set('d', 0);
  expect([...map.keys()]).toEqual(['a', 'b', 'd']);
  expect(map.get('c')).toBeUndefined();
});

test('what makes room is handed over; what is deleted or replaced is not', () => {
  const evicted: number[] = [];
  const map = new LruMap<string, number>(2, (value) => evicted.push(value));
  map.set('a', 1).set('a', 2).set('b', 3);
  map.delete('b');
  expect(evicted).toEqual([]);
  map.set('c', 4).set('d', 5);
  expect(evicted).toEqual([2]);
  expect([...map]).toEqual([
    ['c', 4],
    ['d', 5],
  ]);
});

test('a map of no entries keeps nothing', () => {
  const map = new LruMap<string, number>(0);
  map.set('a', 1);
  expect(map.size).toBe(0);
});
