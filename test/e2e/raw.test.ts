/** Raw bytes over HTTP, through the API Gateway of the local stack. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { tenantKms } from './tenant-kms.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const largest = 4 * 1024 * 1024;
const octets = 'application/octet-stream';
let stack: TestStack;
let token: string;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
  token = await stack.client.tenantToken('acme');
});
afterAll(() => stack.close());

const raw = (operation: string, body: Buffer, headers: Record<string, string> = {}) =>
  stack.client.send('POST', `/tenants/acme/${operation}`, {
    token,
    body,
    headers: { 'Content-Type': octets, Accept: octets, ...headers },
  });

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, value) => value));

describe('a round trip', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['every byte value', everyByte],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0xc0])],
    ['the largest plaintext', Buffer.alloc(largest, 1)],
  ])('of %s gives the same bytes back', async (_, plaintext) => {
    const encrypted = await raw('encrypt', plaintext);
    expect([encrypted.status, encrypted.headers['content-type']]).toEqual([200, octets]);
    const reencrypted = await raw('reencrypt', encrypted.bytes);
    const opened = await raw('decrypt', reencrypted.bytes);
    expect([opened.status, opened.headers['content-type']]).toEqual([200, octets]);
    expect(opened.bytes.equals(plaintext)).toBe(true);
  });

  test('with the context in headers, and mode direct, is what plain KMS opens', async () => {
    const encrypted = await raw('encrypt', everyByte, {
      'Encryption-Context': '{"city":"\\u014csaka"}',
      'Encryption-Mode': 'direct',
    });
    const moved = await raw('reencrypt', encrypted.bytes, {
      'Encryption-Context': '{"city":"\\u014csaka"}',
      'New-Encryption-Context': '{"city":"Kyoto"}',
    });
    const { Plaintext } = await tenantKms(stack, 'acme').decrypt({
      CiphertextBlob: moved.bytes,
      EncryptionContext: { TenantId: 'acme', city: 'Kyoto' },
    });
    expect(Buffer.from(Plaintext ?? []).equals(everyByte)).toBe(true);
    expectProblem(await raw('decrypt', moved.bytes), 400, 'decryption-failed');
  });
});

describe('the form of the answer', () => {
  test.each(['application/json', '*/*'])('with Accept %s is JSON', async (Accept) => {
    const { status, json } = await raw('encrypt', everyByte, { Accept });
    expect(status).toBe(200);
    const opened = await raw('decrypt', Buffer.from(json.ciphertext, 'base64'));
    expect(opened.bytes.equals(everyByte)).toBe(true);
  });

  test.each([
    'application/octet-stream;q=0.2, application/json',
    'application/octet-stream;q=0, */*',
    'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    ', ,application/json;Q=0.3',
  ])('is JSON where that is liked better: Accept %s', async (Accept) => {
    const { status, headers, json } = await raw('encrypt', everyByte, { Accept });
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(Object.keys(json)).toEqual(['ciphertext']);
  });

  test('is bytes for JSON that asks for them', async () => {
    const body = { plaintext: everyByte.toString('base64') };
    const encrypted = await raw('encrypt', Buffer.from(JSON.stringify(body)), {
      'Content-Type': 'application/json',
    });
    expect((await raw('decrypt', encrypted.bytes)).bytes.equals(everyByte)).toBe(true);
  });

  test('is a 406 for what there is not', async () => {
    for (const Accept of ['text/html', 'application/json;q=0', 'application/octet-stream;q=0.9']) {
      expectProblem(await raw('encrypt', everyByte, { Accept }), 406, 'not-acceptable');
    }
  });

  test('is problem+json for an error, whatever was asked for', async () => {
    expectProblem(await raw('decrypt', everyByte), 400, 'decryption-failed');
  });
});

describe('a bad request', () => {
  test('one byte more than the largest plaintext is a 413, as is more than Lambda takes', async () => {
    for (const length of [largest + 1, 5 * 1024 * 1024, 11 * 1024 * 1024]) {
      expectProblem(await raw('encrypt', Buffer.alloc(length)), 413, 'too-large');
    }
  });

  test('direct mode says its limit', async () => {
    const direct = { 'Encryption-Mode': 'direct' };
    expectProblem(await raw('encrypt', Buffer.alloc(4097), direct), 413, 'too-large');
    expectProblem(await raw('encrypt', Buffer.alloc(0), direct), 400, 'bad-request');
  });

  test.each<[string, Record<string, string>]>([
    ['a context that is no JSON', { 'Encryption-Context': 'acme' }],
    ['a context that is not ASCII', { 'Encryption-Context': '{"a":"é"}' }],
    ['a context that names the tenant', { 'Encryption-Context': '{"tenantid":"acme"}' }],
    ['a context with a name twice', { 'Encryption-Context': '{"a":"1","a":"2"}' }],
    ['a mode that nobody knows', { 'Encryption-Mode': 'sideways' }],
    ['a new context, where nothing is re-encrypted', { 'New-Encryption-Context': '{}' }],
    [
      'JSON beside a header for bytes',
      { 'Content-Type': 'application/json', 'Encryption-Mode': 'direct' },
    ],
  ])('%s is a 400', async (_, headers) => {
    expectProblem(await raw('encrypt', everyByte, headers), 400, 'bad-request');
  });

  test.each(['text/plain', 'application/octet-stream; charset=utf-8'])(
    'Content-Type %s is a 415',
    async (type) => {
      const answer = await raw('encrypt', everyByte, { 'Content-Type': type });
      expectProblem(answer, 415, 'unsupported-media-type');
    },
  );
});
