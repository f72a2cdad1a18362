/** Ratios of CPU times that were measured side by side. */
import { expect, test } from '@jest/globals';
import { CpuCosts } from '../../bench/cpu.ts';

const costs = new CpuCosts({ encrypt: { json: [2, 30, 3], sdk: [1, 10, 2] } });

test('a ratio is the median of the ratios of the rounds, not a ratio of medians', () => {
  expect(costs.ratio('encrypt', 'json', 'sdk').median).toBe(2);
  expect(costs.ratio('encrypt', 'json', 'sdk').upperQuartile).toBe(2.5);
});

test('a cost is the median of the rounds', () => {
  expect(costs.cost('encrypt', 'json').median).toBe(3);
});

test('what was not measured is an error, not a target that is met', () => {
  expect(() => costs.ratio('encrypt', 'raw', 'sdk')).toThrow('raw of encrypt was not measured');
  expect(() => costs.cost('decrypt', 'json')).toThrow('json of decrypt was not measured');
});
