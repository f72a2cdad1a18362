/** What a person sees while a list is imported, and at its end. */
import { expect, test } from '@jest/globals';
import {
  progressText,
  summaryText,
} from '../../../../client/command-line/tenant-import/summary.ts';

const none = { created: 0, existing: 0, failed: 0, left: 0 };

test.each([
  [none, '0 tenants: 0 created'],
  [{ ...none, created: 1 }, '1 tenant: 1 created'],
  [
    { created: 2, existing: 3, failed: 4, left: 5 },
    '14 tenants: 2 created, 3 already there, 4 failed, 5 not done yet',
  ],
])('the summary of %j', (summary, text) => {
  expect(summaryText(summary)).toBe(text);
});

test.each([
  [{ ...none, created: 250, left: 750 }, 4, '250/1000, 188 s left, at most 4/s'],
  [
    { ...none, existing: 1, failed: 2, left: 10_000 },
    0.25,
    '3/10003, 2 failed, 667 min left, at most 0.3/s',
  ],
  [{ ...none, created: 3 }, 4, '3/3, at most 4/s'],
])('the progress of %j', (summary, rate, text) => {
  expect(progressText(summary, rate)).toBe(text);
});
