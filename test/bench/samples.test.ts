import { describe, expect, test } from '@jest/globals';
import { rotated, summarize } from '../../bench/samples.ts';
import { table } from '../../bench/table.ts';

describe('samples', () => {
  test('the median of an odd number of samples is the one in the middle, whatever their order', () => {
    expect(summarize([9, 1, 100]).median).toBe(9);
  });

  test('the median of an even number of samples is half way between the two in the middle', () => {
    expect(summarize([10, 1, 4, 100]).median).toBe(7);
  });

  test('the quartiles enclose the middle half', () => {
    const { lowerQuartile, upperQuartile } = summarize([5, 1, 4, 2, 3]);
    expect([lowerQuartile, upperQuartile]).toEqual([2, 4]);
  });

  test('no samples are an error, not a NaN that passes every target', () => {
    expect(() => summarize([])).toThrow('there are no samples');
  });

  test('over as many rounds as there are things, each goes first once', () => {
    const first = [0, 1, 2].map((round) => rotated(['a', 'b', 'c'], round)[0]);
    expect(first).toEqual(['a', 'b', 'c']);
  });
});

test('a table has its numbers under each other, to the right', () => {
  expect(
    table([
      ['what', 'ms'],
      ['a', '1'],
      ['longer', '100'],
    ]),
  ).toBe(['what     ms', 'a         1', 'longer  100'].join('\n'));
});
