/** The contract as the stack serves it: the document, and the page that shows it. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeInBrowser } from '../harness/describe-in-browser.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
}, 120_000);
afterAll(() => stack?.close());

const path = '/openapi.json';

describe('GET /openapi.json', () => {
  test('gives docs/openapi.json, without a token and without a function', async () => {
    const before = stack.logs.length;
    const { status, json, headers } = await stack.client.send('GET', path);
    expect({ status, json }).toEqual({
      status: 200,
      json: JSON.parse(readFileSync('docs/openapi.json', 'utf8')),
    });
    expect(headers['cache-control']).toBe('public, max-age=300');
    await stack.settled();
    expect(stack.logs.slice(before)).toEqual([]);
  });

  test('gives the same whatever token comes with it, and whatever form is asked for', async () => {
    const { text } = await stack.client.send('GET', path);
    for (const token of [await stack.client.tenantToken('acme'), 'no.token.at-all']) {
      expect((await stack.client.send('GET', path, { token })).text).toBe(text);
    }
    const headers = { Accept: 'application/octet-stream' };
    expect((await stack.client.send('GET', path, { headers })).text).toBe(text);
  });

  test('repeats nothing of the request', async () => {
    const mark = 'a-mark-of-the-caller';
    const { text, headers } = await stack.client.send('GET', `${path}?${mark}=${mark}`, {
      headers: { [mark]: mark, Cookie: mark },
    });
    expect(text + JSON.stringify(headers)).not.toContain(mark);
  });

  test('takes no body of another media type', async () => {
    const headers = { 'Content-Type': 'text/xml' };
    expectProblem(await stack.client.send('GET', path, { headers }), 415, 'unsupported-media-type');
  });

  test.each([
    ['POST', path],
    ['PUT', path],
    ['DELETE', path],
    ['GET', '/openapi'],
    ['GET', `${path}/tenants`],
    ['GET', `/tenants/..${path}`],
    ['GET', `${path}%2f..%2ftenants`],
  ])('opens nothing else: %s %s is an unknown route', async (method, other) => {
    expectProblem(await stack.client.send(method, other), 404, 'not-found');
  });

  test('cannot use up what the API takes of all tenants', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => stack.client.send('GET', path)),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer.headers['retry-after']).toBe('1');
    const token = await stack.client.adminToken();
    expect((await stack.client.send('GET', '/tenants', { token })).status).toBe(200);
  });
});

test('GET /problems is a page that is described, in whatever form it is asked for', async () => {
  for (const headers of [{}, { Accept: 'application/octet-stream' }]) {
    const { status, text } = await stack.client.send('GET', '/problems', { headers });
    expect([status, text.includes('<h2 id="tenant-busy">')]).toEqual([200, true]);
  }
});

await describeInBrowser('the page at /docs', (browser) => {
  test('shows the operations, and asks no host for anything', async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    // From the API's own port, where a caller would look.
    await page.goto(`${new URL(stack.api).origin}/docs`);
    // Drawn beforehand; a click shows that its script runs too.
    await page.waitForSelector('::-p-text(Cryptography)');
    await page.click('a ::-p-text(Cryptography)');
    await page.waitForSelector('::-p-text(Encrypt up to 1,000 items)');
    const others = asked.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/docs$|data:)/.test(url));
    expect({ others, complaints }).toEqual({ others: [], complaints: [] });
  }, 120_000);
});

describe('the page at /docs', () => {
  test.each([
    ['another name of this machine', { Host: 'evil.example' }],
    ["another page of the web's", { Origin: 'https://evil.example' }],
  ])('is not for %s', async (_, headers) => {
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${stack.aws}/docs`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(status).not.toBe(200);
  });
});
