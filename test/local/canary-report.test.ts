import { expect, test } from '@jest/globals';
import { canaryReportText } from '../../local/canary-report.ts';

test('a report for a terminal begins with what is open', () => {
  const tried = { denied: ['p', 'q', 'r'], allowed: ['s', 't'] };
  const report = { opened: ['x'], broken: ['y'], unknown: ['z'], ...tried };
  expect(canaryReportText(report).split('\n')).toEqual([
    'OPEN     x',
    'BROKEN   y',
    'unknown  z',
    '3 paths are refused and 2 allowed, as they must be; 1 open, 1 broken, 1 unknown',
  ]);
});
