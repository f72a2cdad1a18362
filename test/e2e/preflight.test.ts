/** A preflight is answered by API Gateway's template alone: a page of an allowed origin may go on, any other may not. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BlockedError, openPageOf } from './browser-page.ts';
import { type Answer, sendUnchecked } from './client.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const app = 'https://app.example.com';
const other = 'http://localhost:5173';
const evil = 'https://app.example.com.evil.com';

/** with one origin, with two, with none */
let one: TestStack;
let two: TestStack;
let off: TestStack;
beforeAll(async () => {
  one = await startTestStack({ corsOrigins: [app] });
  two = await startTestStack({ corsOrigins: [app, other] });
  off = await startTestStack();
}, 120_000);
afterAll(async () => {
  for (const stack of [one, two, off]) await stack?.close();
});

const encrypt = '/tenants/acme/encrypt';

const ask = (stack: TestStack, headers: Record<string, string>, path = encrypt) =>
  sendUnchecked(stack.api, 'OPTIONS', path, { headers });
const asking = (origin: string, method = 'POST') => ({
  Origin: origin,
  'Access-Control-Request-Method': method,
});

test('of an allowed origin is a 204 without a body, without a token, and reaches no function', async () => {
  for (const origin of [app, other]) {
    const { status, headers, bytes } = await ask(two, asking(origin));
    expect([status, bytes.length]).toEqual([204, 0]);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
  }
  await two.settled();
  expect(two.logs.filter((line) => JSON.parse(line).message === 'request')).toEqual([]);
});

test('in lower case, as HTTP/2 has it', async () => {
  const { status, headers } = await ask(two, {
    origin: other,
    'access-control-request-method': 'POST',
  });
  expect([status, headers['access-control-allow-origin']]).toEqual([204, other]);
});

test.each([
  evil,
  'null',
  '',
  `${app}:443`,
  `${app}:8443`,
  `${app}/`,
  'https://App.example.com',
  'http://app.example.com',
  'http://localhost',
  'https://localhost:5173',
  'https://evil.com, https://app.example.com',
])('of %j is the 405 of any other request', async (origin) => {
  for (const stack of [one, two]) {
    const { status, headers } = await ask(stack, asking(origin));
    expect([status, headers['access-control-allow-origin'], headers.allow]).toEqual([
      405,
      undefined,
      'POST',
    ]);
  }
});

test('for a method or a header that is not allowed ends in the browser', async () => {
  const token = await two.client.tenantToken('acme');
  for (const [method, headers] of [
    ['DELETE', {}],
    ['PUT', {}],
    ['POST', { 'X-Amz-Tenant-Id': 'globex' }],
    ['POST', { 'X-Forwarded-For': '192.0.2.1' }],
  ] as const) {
    const asked = openPageOf(two.api, app).fetch(method, encrypt, {
      token,
      body: { plaintext: 'eA==' },
      headers,
    });
    await expect(asked).rejects.toThrow(BlockedError);
  }
});

test('to a tenant that there is not is the same as to one that there is', async () => {
  await two.client.onboard('acme');
  const [known, unknown] = [
    await ask(two, asking(app)),
    await ask(two, asking(app), '/tenants/nobody/encrypt'),
  ];
  const comparable = ({ status, headers }: Answer) => [
    status,
    { ...headers, date: undefined, 'x-amzn-requestid': undefined },
  ];
  expect(comparable(unknown)).toEqual(comparable(known));
});

test('where no origin is configured is the 405 that it was', async () => {
  const { status, headers } = await ask(off, asking(app));
  expect([status, headers.allow]).toEqual([405, 'POST']);
});
