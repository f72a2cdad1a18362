import { expect, test } from '@jest/globals';
import { levelOf, lineOf, together } from '../../../lambdas/canary/report.ts';

const fine = { opened: [], broken: [], unknown: [], denied: ['p', 'q'], allowed: ['r'] };

test.each([
  ['INFO', fine],
  ['WARN', { ...fine, unknown: ['x'] }],
  ['ERROR', { ...fine, unknown: ['x'], broken: ['y'] }],
  ['ERROR', { ...fine, opened: ['x'] }],
] as const)('%s where it says %j', (level, report) => {
  expect(levelOf(report)).toBe(level);
});

test('the line is a document of the embedded metric format, without a dimension', () => {
  const line = lineOf({ ...fine, opened: ['x', 'y'], broken: ['z'] });
  const { _aws: aws, ...members } = line;
  expect(members).toEqual({
    message: 'canary',
    opened: ['x', 'y'],
    broken: ['z'],
    unknown: [],
    denied: ['p', 'q'],
    allowed: ['r'],
    CanaryOpenedPaths: 2,
    CanaryBrokenPaths: 1,
    CanaryUnknownPaths: 0,
    CanaryRuns: 1,
  });
  const [directive] = aws.CloudWatchMetrics;
  expect(aws.Timestamp).toBeGreaterThan(Date.now() - 60_000);
  expect(directive).toMatchObject({ Namespace: 'TenantKeys', Dimensions: [[]] });
  for (const { Name } of directive?.Metrics ?? []) expect(members).toHaveProperty(Name);
  expect(directive?.Metrics).toHaveLength(4);
});

test('two reports together have what each has', () => {
  const other = { opened: ['v'], broken: ['w'], unknown: ['x'], denied: ['y'], allowed: ['z'] };
  expect(together(other, fine)).toEqual({ ...other, denied: ['y', 'p', 'q'], allowed: ['z', 'r'] });
  expect(together(fine, other)).toEqual({ ...other, denied: ['p', 'q', 'y'], allowed: ['r', 'z'] });
});
