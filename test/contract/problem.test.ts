import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { gatewayProblems } from '../../contract/gateway-problems.ts';
import * as problems from '../../contract/problem.ts';

const { Problem, problemStatuses, problemTitles: _, problemJson: __, ...factories } = problems;
type Made = InstanceType<typeof Problem>;
const made = Object.values(factories).map((make) => (make as (x: never) => Made)('1' as never));
const madeByGateway: readonly Made[] = Object.values(gatewayProblems).map((make) => make());

test('every problem has a code of its own, in words and hyphens', () => {
  const codes = made.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('only what may be tried again says when', () => {
  for (const { status, code, headers } of [...made, ...madeByGateway]) {
    const again = status >= 503 || status === 429 || code === 'tenant-busy';
    expect({ code, again: 'Retry-After' in headers }).toEqual({ code, again });
  }
});

test('a decryption that failed has one text and takes no other', () => {
  expect(problems.decryptionFailed.length).toBe(0);
});

const cataloguePairs = Object.entries(problemStatuses)
  .flatMap(([code, statuses]) => statuses.map((status) => `${status} ${code}`))
  .sort();

test('each code is given, by a function or by API Gateway, with each of its statuses', () => {
  const given = [...made, ...madeByGateway].map(({ status, code }) => `${status} ${code}`);
  expect([...new Set(given)].sort()).toEqual(cataloguePairs);
});

test('docs/api.md lists each code with each of its statuses, and no others', () => {
  const rows = readFileSync('docs/api.md', 'utf8').matchAll(/^\| (\d{3}) (`[a-z`, -]+`) \|/gm);
  const listed = [...rows].flatMap(([, status, codes = '']) =>
    codes.split(', ').map((code) => `${status} ${code.replaceAll('`', '')}`),
  );
  expect([...new Set(listed)].sort()).toEqual(cataloguePairs);
});
