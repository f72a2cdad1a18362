/**
 * Pages of the configured origins can use the API with a token of theirs and read every answer, errors too; pages of
 * others can do nothing, and no cache gives the one the other's answer.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { claimHeaders } from '../../contract/claim-headers.ts';
import { rawHeaders } from '../../contract/raw-headers.ts';
import { routes } from '../../contract/routes.ts';
import { BlockedError, openPageOf } from './browser-page.ts';
import { type Answer, type Send, sendUnchecked } from './client.ts';
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
  two = await startTestStack({ corsOrigins: JSON.stringify([app, other]), registryTtlSeconds: 0 });
  off = await startTestStack();
  for (const stack of [one, two, off]) await stack.client.onboard('acme');
}, 120_000);
afterEach(() => two.deployment.faults.clear());
afterAll(async () => {
  for (const stack of [one, two, off]) await stack?.close();
});

/** Each origin with a stack that allows it. */
const allowed = () =>
  [
    [one, app],
    [two, app],
    [two, other],
  ] as const;
const tokenOf = (stack: TestStack) => stack.client.tenantToken('acme');
const encrypt = '/tenants/acme/encrypt';
const body = { plaintext: 'eA==' };

test.each(routes)('a page of an allowed origin may ask $method $path', async ({ method, path }) => {
  for (const [stack, origin] of allowed()) {
    // Of the authorizer it gets a refusal, which it may read: more is not the browser's matter.
    const answer = await openPageOf(stack.api, origin).fetch(
      method,
      path.replace('{tenantId}', 'acme'),
      { token: 'e30.e30.e30', headers: everyHeader },
    );
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('invalid_token');
  }
});

const everyHeader = {
  Accept: 'application/json',
  'Content-Type': 'application/octet-stream',
  ...Object.fromEntries(
    [...Object.keys(rawHeaders), ...Object.keys(claimHeaders)].map((name) => [name, 'x']),
  ),
};

test('it encrypts and decrypts, and reads what its answer waited for', async () => {
  for (const [stack, origin] of allowed()) {
    const page = openPageOf(stack.api, origin);
    const token = await tokenOf(stack);
    const encrypted = await page.fetch('POST', encrypt, { token, body });
    const opened = await page.fetch('POST', '/tenants/acme/decrypt', {
      token,
      body: encrypted.json,
    });
    expect([opened.status, opened.json]).toEqual([200, body]);
    expect(opened.headers['server-timing']).toMatch(/^total;dur=/);
    expect(opened.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

interface Answered {
  readonly name: string;
  /** API Gateway by a gateway response, or by a template alone; else a function */
  readonly by: 'gateway' | 'template' | 'function';
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly send?: (stack: TestStack) => Promise<Send>;
  /** a header that the page needs */
  readonly needs?: string;
  /** a browser's preflight fails, or none is needed: a page sees the answer only to a simple request */
  readonly isNotPreflighted?: true;
}

const asTenant = async (stack: TestStack) => ({ token: await tokenOf(stack), body });
const asAdministrator = async (stack: TestStack) => ({ token: await stack.client.adminToken() });
const sending = (options: Send) => async (stack: TestStack) => ({
  token: await tokenOf(stack),
  ...options,
});

const get = (path: string) => ({ method: 'GET', path });
const post = (path: string) => ({ method: 'POST', path });
const wrongMethod = { by: 'template', ...post('/tenants/acme'), isNotPreflighted: true } as const;
const plainText = { body: 'x', headers: { 'Content-Type': 'text/plain' } };
const challenge = 'www-authenticate';

const answers: readonly Answered[] = [
  {
    name: 'no token',
    by: 'gateway',
    ...post(encrypt),
    status: 401,
    send: async () => ({ body }),
    needs: challenge,
  },
  {
    name: "another tenant's path",
    by: 'gateway',
    ...post('/tenants/globex/encrypt'),
    status: 403,
    send: asTenant,
    needs: challenge,
  },
  { name: 'no route', by: 'gateway', ...get('/nowhere'), status: 404, isNotPreflighted: true },
  { name: 'another method', ...wrongMethod, status: 405, needs: 'allow' },
  {
    name: 'another type where no function is',
    ...wrongMethod,
    by: 'gateway',
    status: 415,
    send: async () => plainText,
  },
  {
    name: 'more than API Gateway takes',
    by: 'gateway',
    ...post(encrypt),
    status: 413,
    send: sending({ body: 'x'.repeat(11_000_000) }),
  },
  {
    name: 'headers larger than API Gateway takes',
    by: 'gateway',
    ...get('/tenants'),
    status: 413,
    send: async () => ({ headers: { Accept: 'x'.repeat(11_000) } }),
  },
  { name: 'the problems', by: 'template', ...get('/problems'), status: 200 },
  { name: 'the document', by: 'template', ...get('/openapi.json'), status: 200 },
  { name: 'a success', by: 'function', ...post(encrypt), status: 200, send: asTenant },
  { name: 'no body', by: 'function', ...post(encrypt), status: 400, send: sending({}) },
  {
    name: 'an unknown tenant',
    by: 'function',
    ...get('/tenants/nobody'),
    status: 404,
    send: asAdministrator,
  },
  {
    name: 'a certificate too early',
    by: 'function',
    ...get('/tenants/acme/erasure-certificate'),
    status: 409,
    send: asAdministrator,
  },
  {
    name: 'the audit',
    by: 'function',
    ...get('/tenants/acme/audit'),
    status: 200,
    send: asAdministrator,
  },
];

async function ask(stack: TestStack, answered: Answered, headers: Record<string, string> = {}) {
  const { method, path, status, send = async () => ({}) } = answered;
  const options: Send = await send(stack);
  const all = { ...options.headers, ...headers };
  const answer = await sendUnchecked(stack.api, method, path, { ...options, headers: all });
  expect(answer.status).toBe(status);
  return answer;
}

const allowedOrigin = ({ headers }: Answer) => headers['access-control-allow-origin'];

describe.each(answers)('the answer to $name', (answered) => {
  const { method, path, status, needs, by, send = async () => ({}) } = answered;

  test('is read by a page of each allowed origin', async () => {
    for (const [stack, origin] of allowed()) {
      const answer = await ask(stack, answered, { Origin: origin });
      expect([by === 'gateway' && stack === two ? '*' : origin]).toEqual([allowedOrigin(answer)]);
      if (answered.isNotPreflighted) continue;
      const read = await openPageOf(stack.api, origin).fetch(method, path, await send(stack));
      expect(read.status).toBe(status);
      if (needs !== undefined) expect(read.headers[needs]).toBeDefined();
    }
  });

  test('is read by no page of another origin', async () => {
    for (const origin of [evil, other, 'null']) {
      const asked = openPageOf(one.api, origin).fetch(method, path, await send(one));
      await expect(asked).rejects.toThrow(BlockedError);
    }
  });

  test('names no origin that is not in the list, and any only where API Gateway cannot choose', async () => {
    const near = [`${app}/`, app.toUpperCase(), 'https://appxexample.com'];
    for (const Origin of [evil, 'null', '', ...near]) {
      const [ofOne, ofTwo] = [
        await ask(one, answered, { Origin }),
        await ask(two, answered, { Origin }),
      ];
      expect([allowedOrigin(ofOne), allowedOrigin(ofTwo)]).toEqual(
        by === 'gateway' ? [app, '*'] : [undefined, undefined],
      );
    }
  });

  test('varies by the origin with and without one, and allows no credentials', async () => {
    for (const stack of [one, two]) {
      for (const origins of [{}, { Origin: app }, { Origin: evil }]) {
        const { headers } = await ask(stack, answered, origins);
        expect(headers.vary).toBe('Origin');
        expect(headers['access-control-allow-credentials']).toBeUndefined();
      }
    }
  });

  test('has nothing of all this where no origin is configured', async () => {
    const { headers } = await ask(off, answered, { Origin: app });
    expect(Object.keys(headers).join()).not.toMatch(/access-control|vary/);
  });
});

test('while AWS fails, a page reads when it may come again', async () => {
  two.deployment.faults.set([{ service: 'dynamodb', operation: 'GetItem', fault: 'throttle' }]);
  const token = await tokenOf(two);
  const answer = await two.inHaste(() =>
    openPageOf(two.api, other).fetch('POST', encrypt, { token, body }),
  );
  expect(answer.status).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});

test('a page reads where the next page of the audit is', async () => {
  const token = await one.client.token('tenant-keys/audit-all');
  await one.settled();
  const answer = await openPageOf(one.api, app).fetch(
    'GET',
    '/tenants/acme/audit?limit=1&routine=true',
    {
      token,
      headers: { Accept: 'application/x-ndjson' },
    },
  );
  expect(answer.headers.link).toContain('rel="next"');
});

test('of two origins in one request a function names none', async () => {
  const token = await tokenOf(two);
  for (const [first, second] of [
    [app, evil],
    [evil, app],
    [app, app],
  ] as const) {
    for (const name of ['Origin', 'origin']) {
      const answer = await sendUnchecked(two.api, 'POST', encrypt, {
        token,
        body,
        lines: [
          ['Origin', first],
          [name, second],
        ],
      });
      expect([answer.status, allowedOrigin(answer)]).toEqual([200, undefined]);
    }
  }
});

test('an origin in the query is none', async () => {
  const query = `?Origin=${app}&origin=${app}`;
  const answer = await sendUnchecked(two.api, 'GET', `/problems${query}`);
  expect([answer.status, allowedOrigin(answer)]).toEqual([200, undefined]);
  expect((await sendUnchecked(two.api, 'OPTIONS', `/tenants/acme${query}`)).status).toBe(405);
});

// The last, as it uses up what the stage takes.
test('a page that is throttled reads that it is', async () => {
  const asked = Array.from({ length: 60 }, () =>
    openPageOf(two.api, other).fetch('GET', '/openapi.json'),
  );
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
});
