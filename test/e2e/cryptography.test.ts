import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, uniformBody } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  // Statuses are changed behind the API's back here, and must count at once.
  stack = await startTestStack({ registryTtlSeconds: 0 });
  await Promise.all([stack.client.onboard('acme'), stack.client.onboard('acme2')]);
});
afterAll(() => stack.close());

const post = async (path: string, body: object | string, tenantId = 'acme') =>
  stack.client.send('POST', path, { token: await stack.client.tenantToken(tenantId), body });
const encrypt = (body: object | string, tenantId = 'acme') =>
  post(`/tenants/${tenantId}/encrypt`, body, tenantId);
const decrypt = (body: object | string, tenantId = 'acme') =>
  post(`/tenants/${tenantId}/decrypt`, body, tenantId);
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

describe('a round trip', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0])],
    ['every byte value', Buffer.from(Array.from({ length: 256 }, (_, value) => value))],
    ['more than a frame', Buffer.alloc(300_000, 7)],
    ['the largest plaintext', Buffer.alloc(4 * 1024 * 1024, 1)],
  ])('of %s gives the same bytes back', async (_, plaintext) => {
    const { status, json } = await encrypt({ plaintext: base64(plaintext) });
    expect(status).toBe(200);
    const answer = await decrypt({ ciphertext: json.ciphertext });
    expect(answer.status).toBe(200);
    expect(Buffer.from(answer.json.plaintext, 'base64').equals(plaintext)).toBe(true);
  });

  test('with a context needs exactly that context again', async () => {
    const encryptionContext = { document: 'invoice-7', region: 'Ōsaka' };
    const { json } = await encrypt({ plaintext: base64('x'), encryptionContext });
    const { ciphertext } = json;
    expect((await decrypt({ ciphertext, encryptionContext })).json).toEqual({
      plaintext: base64('x'),
    });
    for (const wrong of [
      undefined,
      {},
      { document: 'invoice-7' },
      { ...encryptionContext, more: 'x' },
      { ...encryptionContext, document: 'invoice-8' },
      { ...encryptionContext, document: 'Invoice-7' },
      { Document: 'invoice-7', region: 'Ōsaka' },
    ]) {
      const answer = await decrypt({ ciphertext, encryptionContext: wrong });
      expectProblem(answer, 400, 'decryption-failed');
    }
  });

  test('the same plaintext never gives the same ciphertext', async () => {
    const ciphertexts = await Promise.all(
      Array.from({ length: 5 }, async () => (await encrypt({ plaintext: base64('x') })).json),
    );
    expect(new Set(ciphertexts.map((c) => c.ciphertext)).size).toBe(5);
  });
});

describe('one tenant and another', () => {
  test("a neighbour's ciphertext is the one uniform error", async () => {
    const ciphertext = await stack.client.encrypt('acme', Buffer.from('x'));
    const foreign = await decrypt({ ciphertext }, 'acme2');
    const garbage = await decrypt({ ciphertext: base64('garbage') }, 'acme2');
    expectProblem(foreign, 400, 'decryption-failed');
    expect(uniformBody(foreign.json)).toEqual(uniformBody(garbage.json));
  });

  test('a tenant that does not exist is a 404 on the data plane', async () => {
    expectProblem(await encrypt({ plaintext: '' }, 'nobody'), 404, 'tenant-not-found');
  });

  test.each(['SUSPENDED', 'OFFBOARDING'])('a tenant that is %s is refused', async (status) => {
    const tenantId = `state-${status.toLowerCase()}`;
    await stack.client.onboard(tenantId);
    const ciphertext = await stack.client.encrypt(tenantId, Buffer.from('x'));
    await stack.setStatus(tenantId, status);
    const code = status === 'SUSPENDED' ? 'tenant-suspended' : 'tenant-offboarding';
    expectProblem(await encrypt({ plaintext: '' }, tenantId), 409, code);
    expectProblem(await decrypt({ ciphertext }, tenantId), 409, code);
  });

  test('a new key whose tag does not count yet is a 503 that says when to come again', async () => {
    const { keyArn } = await stack.client.onboard('untagged');
    const { kms } = stack.administrator;
    await kms.untagResource({ KeyId: keyArn, TagKeys: ['TenantId'] });
    const early = await encrypt({ plaintext: '' }, 'untagged');
    expectProblem(early, 503, 'key-not-ready');
    expect(Number(early.headers['retry-after'])).toBeGreaterThan(0);
    await kms.tagResource({
      KeyId: keyArn,
      Tags: [{ TagKey: 'TenantId', TagValue: 'untagged' }],
    });
    expect((await encrypt({ plaintext: '' }, 'untagged')).status).toBe(200);
  });

  test('a key that was disabled behind our back is refused with its reason', async () => {
    const { keyArn } = await stack.client.onboard('disabled');
    await stack.administrator.kms.disableKey({ KeyId: keyArn });
    expectProblem(await encrypt({ plaintext: '' }, 'disabled'), 409, 'key-unusable');
  });

  test('a status that nobody knows is a refusal', async () => {
    await stack.client.onboard('odd');
    await stack.setStatus('odd', 'ALMOST_ACTIVE');
    const answer = await encrypt({ plaintext: '' }, 'odd');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.json.ciphertext).toBeUndefined();
  });
});

describe('a bad request', () => {
  const plaintext = base64('x');
  test.each([
    ['no plaintext', {}],
    ['plaintext that is no string', { plaintext: 1 }],
    ['base64 without padding', { plaintext: 'eA' }],
    ['base64 with a space', { plaintext: 'eA== ' }],
    ['base64 with a newline', { plaintext: 'eA==\n' }],
    ['base64 of the URL alphabet', { plaintext: '-_-_' }],
    ['base64 with trailing bits', { plaintext: 'eB==' }],
    ['an unknown member', { plaintext, colour: 'red' }],
    ['an unknown mode', { plaintext, mode: 'sideways' }],
    ['a context that sets TenantId', { plaintext, encryptionContext: { TenantId: 'acme' } }],
    ['a context that sets tenantid', { plaintext, encryptionContext: { tenantid: 'acme2' } }],
    ['a reserved context key', { plaintext, encryptionContext: { 'aws-crypto-public-key': 'x' } }],
    ['a context value that is no string', { plaintext, encryptionContext: { a: 1 } }],
    ['a context that is a list', { plaintext, encryptionContext: ['a'] }],
    ['an empty context key', { plaintext, encryptionContext: { '': 'x' } }],
    ['a context of 9,000 characters', { plaintext, encryptionContext: { a: 'x'.repeat(9000) } }],
  ])('%s is a 400', async (_, body) => {
    expectProblem(await encrypt(body), 400, 'bad-request');
  });

  test('a member given twice is a 400', async () => {
    const body = `{"plaintext":"${plaintext}","plaintext":"${plaintext}"}`;
    expectProblem(await encrypt(body), 400, 'bad-request');
  });

  test('a context key given twice is a 400', async () => {
    const body = `{"plaintext":"${plaintext}","encryptionContext":{"a":"1","a":"2"}}`;
    expectProblem(await encrypt(body), 400, 'bad-request');
  });

  test('one byte more than the largest plaintext is a 413', async () => {
    const body = { plaintext: base64(Buffer.alloc(4 * 1024 * 1024 + 1)) };
    expectProblem(await encrypt(body), 413, 'too-large');
  });

  test.each([6, 11])('a body of %d MB is a 413', async (megabytes) => {
    const body = `{"plaintext":"${'A'.repeat(megabytes * 1024 * 1024)}"}`;
    expectProblem(await encrypt(body), 413, 'too-large');
  });

  test('no body is a 400', async () => {
    const answer = await stack.client.send('POST', '/tenants/acme/encrypt', {
      token: await stack.client.tenantToken('acme'),
      headers: { 'Content-Type': 'application/json' },
    });
    expectProblem(answer, 400, 'bad-request');
  });
});
