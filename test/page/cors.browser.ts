/** A page of an allowed origin in a real browser, and one of another. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { openBrowser } from '../harness/browser.ts';

let servers: Server[];
/** origins of empty pages on this machine */
let allowed: string;
let another: string;
let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  servers = [await serveEmptyPage(), await serveEmptyPage()];
  [allowed = '', another = ''] = servers.map(
    (server) => `http://localhost:${(server.address() as AddressInfo).port}`,
  );
  stack = await startTestStack({ corsOrigins: ['https://app.example.com', allowed] });
  await stack.client.onboard('acme');
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await stack?.close();
  for (const server of servers) server.close();
});

function serveEmptyPage(): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<title>page</title>');
  });
  return new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server)));
}

interface Read {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** the browser's own words, where the page gets no answer */
  readonly blocked?: string;
}

/** @param request of `fetch` */
async function fetchFrom(origin: string, path: string, request: object): Promise<Read> {
  const page: Page = await browser.newPage();
  try {
    await page.goto(origin);
    const script = `fetch(${JSON.stringify(stack.api + path)}, ${JSON.stringify(request)}).then(
      async (answer) => ({
        status: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers),
      }),
      (error) => ({ blocked: String(error) }),
    )`;
    return (await page.evaluate(script)) as Read;
  } finally {
    await page.close();
  }
}

const encrypt = '/tenants/acme/encrypt';
const blocked = { blocked: expect.stringContaining('Failed to fetch') };

async function request(token?: string) {
  const bearer = token ?? (await stack.client.tenantToken('acme'));
  return {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${bearer}`,
      'Content-Type': 'application/json',
      'Tenant-Keys-Actor': 'jane',
    },
    body: JSON.stringify({ plaintext: 'eA==' }),
  };
}

describe('a page of an allowed origin', () => {
  test('encrypts, and reads the ciphertext and what its answer waited for', async () => {
    const { status, body, headers } = await fetchFrom(allowed, encrypt, await request());
    expect(status).toBe(200);
    expect(Object.keys(JSON.parse(body ?? ''))).toEqual(['ciphertext']);
    expect(headers).toMatchObject({ 'server-timing': expect.stringMatching(/^total/) });
  });

  test.each([
    ['a token that does not count', 401, encrypt, 'e30.e30.e30', 'www-authenticate'],
    ["another tenant's path", 403, '/tenants/globex/encrypt', undefined, 'www-authenticate'],
  ])('reads why it is refused: %s', async (_, status, path, token, header) => {
    const answer = await fetchFrom(allowed, path, await request(token));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body ?? '').status).toBe(status);
    expect(answer.headers).toHaveProperty(header);
  });

  test('reads what an update of a tenant was refused for', async () => {
    const answer = await fetchFrom(allowed, '/tenants/acme', {
      method: 'PATCH',
      headers: {
        Authorization: `Bearer ${await stack.client.adminToken()}`,
        'Content-Type': 'application/json',
      },
      body: '{}',
    });
    expect([answer.status, JSON.parse(answer.body ?? '').code]).toEqual([400, 'bad-request']);
  });

  test('has nothing of a browser that sends its credentials', async () => {
    const withCredentials = { ...(await request()), credentials: 'include' };
    expect(await fetchFrom(allowed, encrypt, withCredentials)).toEqual(blocked);
  });

  test('cannot use a method that the path has not', async () => {
    const method = { ...(await request()), method: 'DELETE' };
    expect(await fetchFrom(allowed, encrypt, method)).toEqual(blocked);
  });
});

describe('a page of another origin', () => {
  test('gets nothing, with a token that counts neither, and no function hears of it', async () => {
    const served = () => stack.logs.filter((line) => line.includes('"message":"request"')).length;
    await stack.settled();
    const before = served();
    expect(await fetchFrom(another, encrypt, await request())).toEqual(blocked);
    await stack.settled();
    expect(served()).toBe(before);
  });

  test('gets no answer of the template either', async () => {
    expect(await fetchFrom(another, '/openapi.json', {})).toEqual(blocked);
    expect(await fetchFrom(allowed, '/openapi.json', {})).toMatchObject({ status: 200 });
    // What the browser has kept for the one page is not the other's.
    expect(await fetchFrom(another, '/openapi.json', {})).toEqual(blocked);
  });

  test('reads of a refusal by API Gateway what it says to everybody', async () => {
    const { status, body } = await fetchFrom(another, '/tenants', {});
    expect([status, JSON.parse(body ?? '').code]).toEqual([401, 'unauthorized']);
  });
});
