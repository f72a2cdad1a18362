import { expect, test } from '@jest/globals';
import * as problems from '../../contract/problem.ts';

const { Problem, ...factories } = problems;
const made = Object.values(factories).map((make) =>
  (make as (x: never) => InstanceType<typeof Problem>)('1' as never),
);

test('every problem has a code of its own, in words and hyphens', () => {
  const codes = made.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('only what may be tried again says when', () => {
  for (const { status, code, headers } of made) {
    const again = status === 503 || status === 429 || code === 'tenant-busy';
    expect({ code, again: 'Retry-After' in headers }).toEqual({ code, again });
  }
});

test('a decryption that failed has one text and takes no other', () => {
  expect(problems.decryptionFailed.length).toBe(0);
});
