/** Batches of any size against the local stack: every item answered, in order, by as few requests as there can be. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AnswerReport,
  DecryptionFailedError,
  type Settled,
  type TenantHandle,
  type TenantKeys,
} from '../../client/tenant-keys.ts';
import { startTestStack, type TestStack } from '../e2e/test-stack.ts';
import { clientOf } from './harness.ts';

let stack: TestStack;
let keys: TenantKeys;
let acme: TenantHandle;
const answers: AnswerReport[] = [];

beforeAll(async () => {
  stack = await startTestStack();
  keys = clientOf(stack, { onAnswer: (answer) => answers.push(answer) });
  await keys.tenants.onboard('acme');
  acme = keys.tenant('acme');
});
afterAll(() => stack?.close());

const value = <T>(result: Settled<T> | undefined): T => {
  if (result?.status !== 'fulfilled') throw result?.reason;
  return result.value;
};
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const statuses = () => answers.splice(0).map(({ status }) => status);

describe('2,500 items under one context', () => {
  const items = Array.from({ length: 2500 }, (_, index) => ({
    plaintext: Buffer.from(`item ${index}`),
    context: { table: 'customers' },
  }));

  test('take three requests each way, and come back in order', async () => {
    answers.splice(0);
    const encrypted = await acme.encryptBatch(items);
    expect(statuses()).toEqual([200, 200, 200]);
    const decrypted = await acme.decryptBatch(
      encrypted.map((result) => ({ ciphertext: value(result), context: { table: 'customers' } })),
    );
    expect(statuses()).toEqual([200, 200, 200]);
    expect(decrypted.map((result) => text(value(result)))).toEqual(
      items.map(({ plaintext }) => plaintext.toString()),
    );
  });
});

test('items of 250 contexts go by contexts, so that no request needs too many calls', async () => {
  const items = Array.from({ length: 1000 }, (_, index) => ({
    plaintext: Buffer.from(`item ${index}`),
    context: { customer: String(index % 250) },
  }));
  answers.splice(0);
  const encrypted = await acme.encryptBatch(items);
  expect(statuses()).toEqual([200, 200, 200]);
  const at = 777;
  const opened = await acme.decrypt(value(encrypted[at]), { context: { customer: '27' } });
  expect(text(opened)).toBe('item 777');
});

test('encrypted again they need twice the calls, and still no request needs too many', async () => {
  const items = Array.from({ length: 120 }, (_, index) => ({
    plaintext: Buffer.from(`item ${index}`),
    context: { document: String(index) },
  }));
  const encrypted = await acme.encryptBatch(items);
  answers.splice(0);
  const again = await acme.reencryptBatch(
    encrypted.map((result, at) => ({ ciphertext: value(result), context: items[at]?.context })),
  );
  expect(statuses()).toEqual([200, 200, 200]);
  const opened = await acme.decrypt(value(again[119]).ciphertext, { context: { document: '119' } });
  expect(text(opened)).toBe('item 119');
});

test('messages with a data key each are cut until a request may open them', async () => {
  const other = clientOf(stack);
  const count = 130;
  // In direct mode nothing is remembered, and each needs a call.
  const ciphertexts = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      other.tenant('acme').encrypt(Buffer.from(`item ${index}`), { mode: 'direct' }),
    ),
  );
  answers.splice(0);
  const decrypted = await acme.decryptBatch(
    ciphertexts.map((ciphertext) => ({ ciphertext })),
    { mode: 'direct' },
  );
  expect(statuses()).toEqual([200, 200]);
  expect(decrypted.map((result) => text(value(result)))).toEqual(
    Array.from({ length: count }, (_, index) => `item ${index}`),
  );
});

test('20 MB are cut by their bytes', async () => {
  const items = Array.from({ length: 20 }, (_, index) => ({
    plaintext: new Uint8Array(1_000_000).fill(index),
  }));
  answers.splice(0);
  const encrypted = await acme.encryptBatch(items);
  expect(statuses().every((status) => status === 200)).toBe(true);
  const decrypted = await acme.decryptBatch(
    encrypted.map((result) => ({ ciphertext: value(result) })),
  );
  expect(decrypted.map((result) => value(result)[999_999])).toEqual([...items.keys()]);
});

describe('an item that fails', () => {
  test('has its own error, and the others their results', async () => {
    const ciphertext = await acme.encrypt(Buffer.from('right'));
    const results = await acme.decryptBatch([
      { ciphertext },
      { ciphertext: Buffer.from('wrong') },
      { ciphertext: new Uint8Array(4_341_761) },
      { ciphertext, context: { not: 'this' } },
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(results[1]).toMatchObject({ reason: expect.any(DecryptionFailedError) });
    expect(results[2]).toMatchObject({ reason: { code: 'too-large', status: 413 } });
    expect(results[3]).toMatchObject({ reason: { code: 'decryption-failed', status: 400 } });
    // Of the batch; what was too large to be sent has none.
    const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(results[3]).toMatchObject({ reason: { requestId } });
    expect(results[2]).toMatchObject({ reason: { requestId: undefined } });
  });
});

test('what is not the fault of an item is thrown', async () => {
  await keys.tenants.onboard('globex');
  await keys.tenants.suspend('globex');
  const items = [{ plaintext: Buffer.from('x') }];
  await expect(keys.tenant('globex').encryptBatch(items)).rejects.toMatchObject({
    code: 'tenant-suspended',
  });
});

test('nothing takes no request', async () => {
  answers.splice(0);
  expect(await acme.encryptBatch([])).toEqual([]);
  expect(answers).toEqual([]);
});

test('encrypted again, items say under which key material', async () => {
  const items = Array.from({ length: 3 }, (_, index) => ({
    plaintext: Buffer.from(String(index)),
  }));
  const encrypted = await acme.encryptBatch(items);
  const again = await acme.reencryptBatch(
    encrypted.map((result) => ({ ciphertext: value(result), newContext: { now: 'this' } })),
  );
  const { keyMaterialId, sourceKeyMaterialId, ciphertext } = value(again[2]);
  expect(keyMaterialId).toBe(sourceKeyMaterialId);
  expect(text(await acme.decrypt(ciphertext, { context: { now: 'this' } }))).toBe('2');
});
