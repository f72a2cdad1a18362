import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let uncached: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  uncached = await startTestStack({ dataKeyMaxAgeSeconds: 0 });
  await Promise.all(
    [stack, uncached].flatMap((each) => ['acme', 'globex'].map((id) => each.client.onboard(id))),
  );
});
afterAll(async () => {
  await stack.close();
  await uncached.close();
});

const post = async (operation: string, body: object, tenantId = 'acme', on = stack) =>
  on.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await on.client.tenantToken(tenantId),
    body,
  });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const kmsCalls = (on: TestStack, from: number) =>
  on.calls.slice(from).filter(({ service }) => service === 'kms').length;

describe('a batch', () => {
  test.each(['cached', 'uncached'])(
    'of 1,000 costs one KMS call, order kept: %s',
    async (which) => {
      const on = which === 'cached' ? stack : uncached;
      const items = Array.from({ length: 1000 }, (_, n) => ({
        plaintext: base64(`item ${n} ${'x'.repeat(90)}`),
        encryptionContext: { batch: which },
      }));
      const before = on.calls.length;
      const encrypted = await post('encrypt-batch', { items }, 'acme', on);
      expect([encrypted.status, encrypted.json.items.length]).toEqual([200, 1000]);
      expect(kmsCalls(on, before)).toBe(1);
      const messages = encrypted.json.items.map(({ ciphertext }: { ciphertext: string }) => ({
        ciphertext,
        encryptionContext: { batch: which },
      }));
      expect(new Set(messages.map((m: { ciphertext: string }) => m.ciphertext)).size).toBe(1000);
      const then = on.calls.length;
      const opened = await post('decrypt-batch', { items: messages }, 'acme', on);
      expect(opened.json.items).toEqual(items.map(({ plaintext }) => ({ plaintext })));
      expect(kmsCalls(on, then)).toBe(1);
    },
  );

  test('has one data key for each distinct context', async () => {
    const items = ['a', 'b', 'a', 'c', 'b'].map((document) => ({
      plaintext: base64(document),
      encryptionContext: { document },
    }));
    const before = stack.calls.length;
    expect((await post('encrypt-batch', { items }, 'globex')).status).toBe(200);
    expect(kmsCalls(stack, before)).toBe(3);
  });

  test('says for each item what is wrong with it, and does the others', async () => {
    const foreign = await stack.client.encrypt('globex', Buffer.from('x'));
    const own = await stack.client.encrypt('acme', Buffer.from('mine'));
    const { status, json } = await post('decrypt-batch', {
      items: [
        { ciphertext: foreign },
        { ciphertext: own },
        { ciphertext: own, encryptionContext: { wrong: 'context' } },
        { ciphertext: 'not base64' },
        { ciphertext: own, colour: 'red' },
        'no object',
        null,
      ],
    });
    expect(status).toBe(200);
    expect(
      json.items.map((item: { error?: { code: string } }) => item.error?.code ?? item),
    ).toEqual([
      'decryption-failed',
      { plaintext: base64('mine') },
      'decryption-failed',
      'bad-request',
      'bad-request',
      'bad-request',
      'bad-request',
    ]);
  });

  test.each([
    ['no items', {}],
    ['an empty list', { items: [] }],
    ['1,001 items', { items: Array(1001).fill({ plaintext: '' }) }],
    ['an object for a list', { items: { 0: {} } }],
    ['an unknown member', { items: [{ plaintext: '' }], mode: 'direct' }],
  ])('%s is a 400', async (_, body) => {
    expectProblem(await post('encrypt-batch', body), 400, 'bad-request');
  });

  test('whose answer would be too large is a 413 before any KMS call', async () => {
    const context = { a: 'x'.repeat(5500) };
    const items = Array(1000).fill({ plaintext: '', encryptionContext: context });
    const before = stack.calls.length;
    expectProblem(await post('encrypt-batch', { items }), 413, 'too-large');
    expect(kmsCalls(stack, before)).toBe(0);
  });

  test('while KMS throttles is a 503, not a batch of errors', async () => {
    uncached.deployment.faults.set([
      { service: 'kms', operation: 'GenerateDataKey', fault: 'throttle' },
    ]);
    const answer = await post('encrypt-batch', { items: [{ plaintext: '' }] }, 'acme', uncached);
    uncached.deployment.faults.clear();
    expectProblem(answer, 503, 'unavailable');
  });
});
