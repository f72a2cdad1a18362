/** No answer tells a client to come again where that would spend or change something once more. */
import { expect, test } from '@jest/globals';
import { gatewayProblems } from '../../contract/gateway-problems.ts';
import * as problems from '../../contract/problem.ts';
import { type Repeat, repeats } from '../../contract/repeats.ts';
import { routes } from '../../contract/routes.ts';

const { Problem, problemStatuses: _, problemTitles: __, problemJson: ___, ...factories } = problems;
type Made = InstanceType<typeof Problem>;
const made: readonly Made[] = [
  ...Object.values(factories).map((make) => (make as (x: never) => Made)('1' as never)),
  ...Object.values(gatewayProblems).map((make) => make()),
];

/** Any other word has to be decided here, and tried in `test/e2e/retries.test.ts`. */
const safe: Readonly<Record<Repeat, true>> = { reads: true, same: true, anew: true };

test('every route of which any problem says when to come again may be repeated', () => {
  const comingAgain = made.filter(({ headers }) => 'Retry-After' in headers);
  expect(comingAgain.length).toBeGreaterThan(5);
  for (const { operation } of routes) {
    for (const { code } of comingAgain) {
      expect([code, operation, safe[repeats[operation]]]).toEqual([code, operation, true]);
    }
  }
});

test('a rotation of which nothing is known says so, and not when to come again', () => {
  const { status, headers, message } = problems.rotationUnconfirmed('2026-11-25T20:57:41.230Z');
  expect([status, headers]).toEqual([409, {}]);
  expect(message).toContain('not known');
});

test('what a GET does again is to read; only what signs does it anew', () => {
  const notRead = routes.filter(
    ({ method, operation }) => method === 'GET' && repeats[operation] !== 'reads',
  );
  expect(notRead.map(({ operation }) => operation)).toEqual(['erasureCertificate']);
});

test('the data plane keeps no state but the keys of macs, so all else is anew, but what only tells', () => {
  const told: Readonly<Record<string, Repeat>> = {
    inspect: 'reads',
    mac: 'same',
    macBatch: 'same',
    setMacVersions: 'same',
    rewrapMacKeys: 'same',
  };
  for (const { plane, operation } of routes) {
    if (plane !== 'crypto') continue;
    expect([operation, repeats[operation]]).toEqual([operation, told[operation] ?? 'anew']);
  }
});
