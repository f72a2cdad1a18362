/** The check that all other suites of this folder rest on, against a server that answers what it is told to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { notFound, tenantBusy, tenantNotFound } from '../../contract/problem.ts';
import { type Client, openClient } from './client.ts';

interface Told {
  readonly status?: number;
  readonly type?: string;
  readonly body: object | string;
  /** beside those that every success has; undefined takes one away */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

const request = { requestId: '0b8f7e0e-6a3c-4f7c-9d52-3f1f5b6c7d8e', stage: 'v1' };
const usual = {
  'x-amzn-RequestId': request.requestId,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

let told: Told;
let server: Server;
let client: Client;
beforeAll(async () => {
  server = createServer((_, response) => {
    const { status = 200, type = 'application/json', body, headers } = told;
    const all = { 'Content-Type': type, ...usual, ...headers };
    const given = Object.entries(all).filter(([, value]) => value !== undefined);
    response.writeHead(status, Object.fromEntries(given));
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = openClient({ api: `http://127.0.0.1:${port}/v1`, issuer: 'http://127.0.0.1:1' });
});
afterAll(() => {
  server.close();
});

const answered = (method: string, path: string, answer: Told, body?: object) => {
  told = answer;
  return client.send(method, path, body && { body });
};

const tenant = {
  tenantId: 'acme',
  status: 'ACTIVE',
  keyStore: 'aws-kms',
  keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1',
  rotationPeriodInDays: 365,
  createdAt: '2026-11-24T17:03:28.000Z',
  updatedAt: '2026-11-24T17:03:28.000Z',
};
const key = { state: 'Enabled', rotationEnabled: false };
const { updatedAt: _, ...withoutUpdatedAt } = tenant;
const problem = tenantNotFound().toBody(request);
const problemJson = { status: 404, type: 'application/problem+json' };
const busy = {
  status: 409,
  type: 'application/problem+json',
  body: tenantBusy(28).toBody(request),
};
const suspend = ['POST', '/tenants/acme/suspend'] as const;
const encrypt = ['POST', '/tenants/acme/encrypt'] as const;
const read = ['GET', '/tenants/acme?x=1'] as const;
const batch = ['POST', '/tenants/acme/decrypt-batch'] as const;
const itemError = { status: 400, code: 'bad-request', title: 'Bad Request', detail: 'item: no' };

test.each<[string, readonly [string, string], Told]>([
  ['a tenant', read, { body: tenant }],
  ['a tenant with its key', read, { body: { ...tenant, key } }],
  ['a tenant, just onboarded', ['PUT', '/tenants/acme'], { status: 201, body: tenant }],
  ['a ciphertext', encrypt, { body: { ciphertext: '' } }],
  ['raw bytes', encrypt, { type: 'application/octet-stream', body: 'any' }],
  ['a batch', batch, { body: { items: [{ plaintext: '' }, { error: itemError }] } }],
  ['a problem', encrypt, { ...problemJson, body: problem }],
  [
    'a problem where there is no route',
    ['GET', '/nowhere'],
    { ...problemJson, body: notFound().toBody(request) },
  ],
  ['a time to come again', suspend, { ...busy, headers: { 'Retry-After': '28' } }],
  [
    'what it waited for',
    encrypt,
    {
      body: { ciphertext: '' },
      headers: { 'Server-Timing': 'total;dur=1, kms;dur=0.5, cache;desc="miss"' },
    },
  ],
])('%s fits', async (_, [method, path], answer) => {
  expect(await answered(method, path, answer)).toMatchObject({ status: answer.status ?? 200 });
});

test.each<[string, readonly [string, string], Told]>([
  ['a member too many', read, { body: { ...tenant, secret: 1 } }],
  ['a member too few', read, { body: withoutUpdatedAt }],
  ['a member deep inside too many', read, { body: { ...tenant, key: { ...key, colour: 'red' } } }],
  ['a status of another operation', read, { status: 201, body: tenant }],
  ['the answer of another operation', encrypt, { body: { plaintext: '' } }],
  ['no JSON', encrypt, { body: 'ciphertext' }],
  [
    'JSON that calls itself something else',
    encrypt,
    { type: 'text/plain', body: { ciphertext: '' } },
  ],
  ['raw bytes where there are none', batch, { type: 'application/octet-stream', body: 'any' }],
  ["a batch's item with a member too many", batch, { body: { items: [{ plaintext: '', a: 1 }] } }],
  [
    "a batch's error with a code that nobody knows",
    batch,
    { body: { items: [{ error: { ...itemError, code: 'odd' } }] } },
  ],
  ['a success where there is no route', ['GET', '/nowhere'], { body: {} }],
  ['a success of a method that there is not', ['GET', '/tenants/acme/encrypt'], { body: {} }],
  ['a problem with a member too many', encrypt, { ...problemJson, body: { ...problem, a: 1 } }],
  ['a problem without a code', encrypt, { ...problemJson, body: { ...problem, code: undefined } }],
  ['a problem that nobody knows', encrypt, { ...problemJson, body: { ...problem, code: 'odd' } }],
  [
    'a code that goes with another status',
    encrypt,
    { ...problemJson, status: 409, body: { ...problem, status: 409 } },
  ],
  ['a status that its body denies', encrypt, { ...problemJson, status: 400, body: problem }],
  [
    'a title of another status',
    encrypt,
    { ...problemJson, body: { ...problem, title: 'Conflict' } },
  ],
  ['a type of another code', encrypt, { ...problemJson, body: { ...problem, type: 'urn:odd' } }],
  ['a problem of other operations', encrypt, { ...busy, headers: { 'Retry-After': '28' } }],
  ['a time to come again that is none', suspend, { ...busy, headers: { 'Retry-After': 'soon' } }],
  [
    'a header that nobody knows',
    encrypt,
    { body: { ciphertext: '' }, headers: { 'X-Powered-By': 'x' } },
  ],
  [
    'an answer that a cache may keep',
    encrypt,
    { body: { ciphertext: '' }, headers: { 'Cache-Control': undefined } },
  ],
  [
    'an answer without a request id',
    encrypt,
    { body: { ciphertext: '' }, headers: { 'x-amzn-RequestId': undefined } },
  ],
  [
    'a problem that says what KMS took',
    encrypt,
    { ...problemJson, body: problem, headers: { 'Server-Timing': 'total;dur=1' } },
  ],
  ['a time that is none', read, { body: { ...tenant, createdAt: 'yesterday' } }],
  ['an error in plain JSON', encrypt, { status: 404, body: problem }],
])('%s does not, and fails the test', async (_, [method, path], answer) => {
  const asked = answered(method, path, answer);
  await expect(asked).rejects.toThrow(`to ${method} ${path} is not as docs/openapi.json has it`);
});

test('a success of a request that the document refuses does not, and fails the test', async () => {
  const asked = answered(
    ...encrypt,
    { body: { ciphertext: '' } },
    { plaintext: '', colour: 'red' },
  );
  await expect(asked).rejects.toThrow('the request that it took');
});

test('a batch may have any item, where that item has an error', async () => {
  const body = { items: [{ error: itemError }] };
  await answered(...batch, { body }, { items: ['anything'] });
  const asked = answered(...batch, { body: { items: [] } }, { items: ['anything'] });
  await expect(asked).rejects.toThrow('the request that it took');
});
