/** The check that all other suites of this folder rest on, against a server that answers what it is told to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { notFound } from '../../contract/problem.ts';
import { type Client, openClient } from './client.ts';

interface Told {
  readonly status?: number;
  readonly type?: string;
  readonly body: object | string;
}

let told: Told;
let server: Server;
let client: Client;
beforeAll(async () => {
  server = createServer((_, response) => {
    const { status = 200, type = 'application/json', body } = told;
    response.writeHead(status, { 'Content-Type': type });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = openClient({ api: `http://127.0.0.1:${port}/v1`, issuer: 'http://127.0.0.1:1' });
});
afterAll(() => {
  server.close();
});

const answered = (method: string, path: string, answer: Told) => {
  told = answer;
  return client.send(method, path);
};

const tenant = {
  tenantId: 'acme',
  status: 'ACTIVE',
  keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1',
  rotationPeriodInDays: 365,
  createdAt: '2026-11-24T17:03:28.000Z',
  updatedAt: '2026-11-24T17:03:28.000Z',
};
const key = { state: 'Enabled', rotationEnabled: false };
const { updatedAt: _, ...withoutUpdatedAt } = tenant;
const problem = notFound().toBody({
  requestId: '0b8f7e0e-6a3c-4f7c-9d52-3f1f5b6c7d8e',
  stage: 'v1',
});
const problemJson = { status: 404, type: 'application/problem+json' };
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
  ['a problem where there is no route', ['GET', '/nowhere'], { ...problemJson, body: problem }],
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
  ['an error in plain JSON', encrypt, { status: 404, body: problem }],
])('%s does not, and fails the test', async (_, [method, path], answer) => {
  const asked = answered(method, path, answer);
  await expect(asked).rejects.toThrow(`to ${method} ${path} is not as the contract has it`);
});
