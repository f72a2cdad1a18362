/** What a caller sends is in the right answer and nowhere else: no log line, no other answer. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from './test-stack.ts';

const canary = 'CANARY-5f1d0c';
const contextCanary = 'CONTEXT-77ab31';
const encodings = [canary, Buffer.from(canary).toString('base64').replace(/=+$/, '').slice(0, -1)];
let stack: TestStack;
let token: string;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
  token = await stack.client.tenantToken('acme');
});
afterAll(() => stack.close());

const contains = (text: string) => encodings.some((encoding) => text.includes(encoding));
const encoded = Buffer.from(canary).toString('base64');
const padding = 'A'.repeat(7 * 1024 * 1024);

test.each([
  ['malformed JSON', `{"plaintext":"${encoded}"`, {}],
  ['malformed JSON in the clear', `{"plaintext":${canary}}`, {}],
  ['no JSON', canary, {}],
  ['a member of that name', `{"${canary}":1}`, {}],
  ['a wrong type', `{"plaintext":["${canary}"]}`, {}],
  ['bad base64', `{"plaintext":"${canary}!"}`, {}],
  ['a bad context value', `{"plaintext":"","encryptionContext":{"a":["${canary}"]}}`, {}],
  ['a reserved context', `{"plaintext":"","encryptionContext":{"TenantId":"${canary}"}}`, {}],
  ['a wrong media type', canary, { 'Content-Type': 'text/plain' }],
  ['over the limit of the function', `{"plaintext":"${encoded}${padding}"}`, {}],
  ['over the limit of the API', `{"plaintext":"${encoded}${padding}${padding}"}`, {}],
  ['as a ciphertext', `{"ciphertext":"${encoded}"}`, {}],
])('%s', async (_, body, headers) => {
  for (const path of ['/tenants/acme/encrypt', '/tenants/acme/decrypt']) {
    const answer = await stack.client.send('POST', path, { token, body, headers });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(contains(answer.text)).toBe(false);
    expect(contains(JSON.stringify(answer.headers))).toBe(false);
  }
});

test('well-formed: only the answer to decrypt has it', async () => {
  // The context is not secret, and stands in the message as it is; the logs have none of it all the same.
  const encryptionContext = { note: contextCanary };
  const encrypted = await stack.client.send('POST', '/tenants/acme/encrypt', {
    token,
    body: { plaintext: encoded, encryptionContext },
  });
  expect(contains(encrypted.text)).toBe(false);
  const decrypted = await stack.client.send('POST', '/tenants/acme/decrypt', {
    token,
    body: { ciphertext: encrypted.json.ciphertext, encryptionContext },
  });
  expect(decrypted.json).toEqual({ plaintext: encoded });
});

test('no log line of any function or of the API has it, nor a token, nor a ciphertext', async () => {
  const secret = {
    'User-Agent': canary,
    'Tenant-Keys-Label': 'x',
    Cookie: canary,
    Referer: canary,
  };
  await stack.client.send('GET', `/tenants/acme?${canary}=${canary}`, { headers: secret });

  const body = { plaintext: encoded };
  const { json } = await stack.client.send('POST', '/tenants/acme/encrypt', { token, body });
  await stack.settled();
  expect(stack.logs.length).toBeGreaterThan(20);
  expect(stack.accessLog.length).toBeGreaterThan(20);
  const all = [...stack.logs, ...stack.accessLog].join('\n');
  expect(contains(all)).toBe(false);
  expect(all).not.toContain(contextCanary);
  expect(all).not.toContain(token.split('.')[2]);
  expect(all).not.toContain(json.ciphertext.slice(0, 40));
});

test('each request leaves one line with who, what, outcome and duration', async () => {
  const answer = await stack.client.send('POST', '/tenants/acme/encrypt', {
    token,
    body: { plaintext: encoded },
  });
  expect(answer.status).toBe(200);
  await stack.settled();
  const lines = stack.logs.filter((line) =>
    line.includes(String(answer.headers['x-amzn-requestid'])),
  );
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    requestId: answer.headers['x-amzn-requestid'],
    tenantId: 'acme',
    operation: 'encrypt',
    durationInMs: expect.any(Number),
  });
});
