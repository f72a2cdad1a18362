/** A bar for people, silence for pipes. */
import { expect, test } from '@jest/globals';
import { openProgress } from '../../../bin/onboard/progress.ts';
import { emptySummary, summaryText } from '../../../bin/onboard/summary.ts';

const summary = { ...emptySummary(), created: 400, conflict: 1, failed: 1, unsent: 400 };

function written(isTTY: boolean, columns = 100): string {
  let text = '';
  const write = (part: string | Uint8Array) => {
    text += part;
    return true;
  };
  const progress = openProgress({ isTTY, columns, write });
  progress.update(summary, 4);
  progress.say('line 7: acme: 409');
  progress.end();
  return text;
}

test('in a pipe only the lines that stay', () => {
  expect(written(false)).toBe('line 7: acme: 409\n');
});

test('on a terminal one line that is written over, below the lines that stay, and gone at the end', () => {
  const clear = '\r\x1b[2K';
  const bar = '[############............] 402/802, at most 4/s, 100 s left, 2 failed';
  expect(written(true)).toBe(`${clear}${bar}${clear}line 7: acme: 409\n${clear}${bar}${clear}`);
});

test('the bar never wraps', () => {
  const widths = written(true, 40)
    .split(/[\r\n]/)
    .map((line) => line.replace('\x1b[2K', '').length);
  expect(Math.max(...widths)).toBe(39);
});

test('the summary names what there is, in words', () => {
  expect(summaryText(summary)).toBe(
    '802 tenants: 400 created, 1 conflict, 1 failed, 400 not done yet',
  );
  expect(summaryText({ ...emptySummary(), before: 1 })).toBe(
    '1 tenant: 0 created, 1 done by an earlier run',
  );
});
