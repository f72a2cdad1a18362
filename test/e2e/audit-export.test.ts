/** Events in lines, as this API and as OCSF has them: page by page by the header Link, as a client follows it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditEvent } from '../../contract/audit.ts';
import { isOcsf } from '../lambdas/audit/ocsf-schema.ts';
import type { Answer } from './client.ts';
import { startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let token: string;
/** Reading makes events too, later ones. */
let until: string;
beforeAll(async () => {
  ({ stack } = await startControl());
  await stack.client.onboard('acme');
  const encryptionContext = { 'a "b" \\ <c>': 'ü\u2028\n' };
  for (let times = 0; times < 5; times += 1) {
    const ciphertext = await stack.client.encrypt('acme', Buffer.from('x'), encryptionContext);
    const body = { ciphertext, ...(times % 2 === 0 && { encryptionContext }) };
    const crypto = await stack.client.tenantToken('acme');
    await stack.client.send('POST', '/tenants/acme/decrypt', { token: crypto, body });
  }
  await stack.indexed();
  token = await stack.client.token('tenant-keys/audit', 'acme');
  until = `to=${new Date().toISOString()}`;
}, 120_000);
afterAll(() => stack.close());

const inLines = 'application/x-ndjson';
const read = (query: string, accept?: string) =>
  stack.client.send('GET', `/tenants/acme/audit${query}`, {
    token,
    ...(accept !== undefined && { headers: { Accept: accept } }),
  });

const linesOf = ({ text }: Answer) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

async function exported(query: string, accept: string) {
  const lines: unknown[] = [];
  const pages: Answer[] = [];
  for (let next: string | undefined = query; next !== undefined; ) {
    const page = await read(next, accept);
    expect([page.status, page.headers['content-type']]).toEqual([200, inLines]);
    pages.push(page);
    lines.push(...linesOf(page));
    next = /^<(\?[^<> ]+)>; rel="next"$/.exec(String(page.headers.link ?? ''))?.[1];
    if (page.headers.link !== undefined) expect(next).toBeDefined();
  }
  return { lines, pages };
}

const all = async (query = '') =>
  (await read(`?limit=1000&routine=true&${until}${query}`)).json.events;

describe('an export', () => {
  test('has the events of the JSON answer, one a line, over all pages', async () => {
    const events = await all();
    const { lines, pages } = await exported(`?limit=4&routine=true&${until}`, inLines);
    expect(lines.map((line) => auditEvent.parse(line))).toEqual(events);
    expect(pages.length).toBeGreaterThan(3);
  });

  test('keeps its query from page to page', async () => {
    const query = '&kind=request&order=newest&from=2020-01-01T01:00:00%2B01:00';
    const { lines, pages } = await exported(`?limit=2&routine=true&${until}${query}`, inLines);
    expect(lines).toEqual(await all(query));
    expect(pages.length).toBeGreaterThan(3);
  });

  test('as OCSF has each event, in order, as the published schema has the class', async () => {
    const { lines } = await exported(`?limit=3&routine=true&format=ocsf&${until}`, '*/*');
    for (const line of lines) {
      isOcsf(line);
      expect(isOcsf.errors ?? []).toEqual([]);
    }
    const ids = lines.map((line) => (line as { metadata: { uid: string } }).metadata.uid);
    expect(ids).toEqual((await all()).map(({ eventId }: { eventId: string }) => eventId));
  });

  test('of nothing is empty, without a next page', async () => {
    const { status, text, headers } = await read('?to=2020-01-01T00:00:00Z', inLines);
    expect([status, text, headers.link]).toEqual([200, '', undefined]);
  });
});

test.each([
  ['application/json', '', 'application/json'],
  ['application/x-ndjson;q=0.5, application/json', '', 'application/json'],
  ['application/json;q=0.5, application/x-ndjson', '', inLines],
  ['application/json;q=0, */*', '', inLines],
  ['application/octet-stream, application/x-ndjson', '', inLines],
  ['*/*', '?format=ocsf', inLines],
])('with Accept: %s it is %s%s', async (accept, query, type) => {
  expect((await read(query, accept)).headers['content-type']).toBe(type);
});

test.each([
  ['text/html', ''],
  ['application/x-ndjson;q=0', '?format=ocsf'],
  ['application/json', '?format=ocsf'],
])('with Accept: %s and %s no event is read', async (accept, query) => {
  const before = stack.logs.length;
  expectProblem(await read(query, accept), 406, 'not-acceptable');
  await stack.settled();
  const own = stack.logs.slice(before).filter((line) => line.includes('"listEvents"'));
  expect(own).toHaveLength(1);
  expect(own.join('')).not.toContain('TableCalls');
});

test('another format is a 400 that says which there is', async () => {
  const answer = await read('?format=csv');
  expectProblem(answer, 400, 'bad-request');
  expect(answer.json.detail).toContain('format: must be one of: ocsf');
});
