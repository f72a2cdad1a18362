/**
 * Typical mistakes of callers, with their answers: each names its remedy, in words of ours. A row is what somebody does
 * wrong, the request, the answer, and what of `detail` or of a header says what to do.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from './client.ts';
import { ofBodies } from './mistakes/bodies.ts';
import { canary, data, encrypt, type Mistake } from './mistakes/mistake.ts';
import { ofPaths } from './mistakes/paths.ts';
import { ofStates } from './mistakes/states.ts';
import { ofTokens } from './mistakes/tokens.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  stack = await startTestStack({ deletionWindowInDays: 30 });
  const { client } = stack;
  tokens.admin = await client.adminToken();
  tokens.auditor = await client.token('tenant-keys/audit-all');
  tokens.nothing = await client.token('openid');
  tokens.crypto = await client.tenantToken('acme');
  tokens.reader = await client.token('tenant-keys/audit', 'acme');
  tokens.odd = await client.token('tenant-keys/crypto', 'x'.repeat(64));
  tokens.other = await client.tenantToken('globex');
  for (const id of ['paused', 'leaving', 'broken', 'unknown'])
    tokens[id] = await client.tenantToken(id);
  const { keyArn } = await client.onboard('broken');
  await client.onboard('acme');
  await client.onboard('paused');
  await client.onboard('leaving');
  await admin('POST', '/tenants/paused/suspend');
  await admin('DELETE', '/tenants/leaving');
  await stack.administrator.kms.disableKey({ KeyId: keyArn });
});
afterAll(() => stack.close());

const admin = (method: string, path: string, body?: object) =>
  stack.client.send(method, path, { token: tokens.admin as string, ...(body && { body }) });

/** By what they are about: mistakes/*.ts. */
const all = [...ofTokens, ...ofPaths, ...ofBodies, ...ofStates];

const answerTo = ({ as, send, body, headers }: Mistake): Promise<Answer> => {
  const [method = '', path = ''] = send.split(' ');
  const token = as === undefined ? undefined : tokens[as];
  return stack.client.send(method, path, {
    ...(token !== undefined && { token }),
    ...(body !== undefined && { body }),
    ...(headers !== undefined && { headers }),
  });
};

test('there are forty of them at least', () => {
  expect(all.length).toBeGreaterThanOrEqual(40);
});

describe.each([
  ['the token', ofTokens],
  ['the path and the query', ofPaths],
  ['the body', ofBodies],
  ['the state', ofStates],
] as const)('%s', (_, rows) => {
  test.each(rows)('%s', async (__, mistake, status, code, remedy) => {
    const answer = await answerTo(mistake);
    expectProblem(answer, status, code);
    expect(answer.json.detail).toMatch(remedy);
    const [name, value] = mistake.header ?? [];
    if (name !== undefined) expect(answer.headers[name]).toEqual(value);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(JSON.stringify([answer.text, answer.headers])).not.toContain(canary);
  });
});

test('the type of each leads to a page that anybody may read, with the code as an anchor', async () => {
  const { json } = await answerTo({ send: encrypt });
  const page = await fetch(new URL(json.type, stack.api));
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=utf-8',
  ]);
  const html = await page.text();
  for (const [, , , code] of all) expect(html).toContain(`<h2 id="${code}">`);
});

test('on this stack a refusal by a policy links to its decision, and nothing else does', async () => {
  const refused = await answerTo({ as: 'other', send: encrypt, body: data });
  const url = /^<(.+)>; rel="help"$/.exec(String(refused.headers.link))?.[1];
  const [decision] = (await (await fetch(url as string)).json()) as { explanation: string }[];
  expect(decision?.explanation).toMatch(/refused: no Allow matches/);
  for (const mistake of [{ send: encrypt }, { as: 'crypto', send: encrypt, body: {} }]) {
    expect((await answerTo(mistake)).headers).not.toHaveProperty('link');
  }
});
