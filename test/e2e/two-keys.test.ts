/** A tenant with two keys, both in KMS: what was encrypted under the one before opens, is moved by the app, and ends. */
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keyLike } from './planted-keys.ts';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let table: DynamoDBDocument;
let before: string;
let now: string;
beforeAll(async () => {
  stack = await startTestStack({ registryTtlSeconds: 0, reconcileEveryMinutes: 1440 });
  table = DynamoDBDocument.from(stack.administrator.dynamodb);
  ({ keyArn: before } = await stack.client.onboard('acme'));
  await stack.client.onboard('globex');
  now = await keyLike(stack, before);
}, 120_000);
afterAll(() => stack?.close());

const TableName = () => stack.tableName;
async function moveAt(sinceMs: number, change: object = {}) {
  const { Item } = await table.get({ TableName: TableName(), Key: { tenantId: 'acme' } });
  const since = new Date(Date.now() + sinceMs).toISOString();
  const previousKey = { keyStore: 'aws-kms', keyArn: before, since, ...change };
  await table.put({ TableName: TableName(), Item: { ...Item, keyArn: now, previousKey } });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
async function post(operation: string, body: object) {
  const token = await stack.client.tenantToken('acme');
  return stack.client.send('POST', `/tenants/acme/${operation}`, { token, body });
}
const encrypted = async (mode?: string) =>
  (await post('encrypt', { plaintext: base64('x'), mode })).json.ciphertext as string;
const opened = async (ciphertext: string) => (await post('decrypt', { ciphertext })).json.plaintext;
const keyOf = async (ciphertext: string) => (await post('inspect', { ciphertext })).json;
const macs = async (purpose = 'user/email') =>
  (await post('mac', { purpose, value: base64('ada') })).json.macs;

test('of two keys both open, one encrypts at a time, and everything is moved', async () => {
  const messages = [await encrypted(), await encrypted('direct')];
  const { wrappedDataKey, plaintext: dataKey } = (await post('data-keys', {})).json;
  const first = await macs();
  await macs('unused');

  // Other functions may have the row of before.
  await moveAt(60_000);
  for (const ciphertext of messages) expect(await opened(ciphertext)).toBe(base64('x'));
  expect(await keyOf(await encrypted())).toMatchObject({ keyArn: before, isCurrent: true });
  expect(await macs()).toEqual(first);
  expect((await post('mac-keys/rewrap', {})).json).toEqual({ rewrapped: 0, left: 2 });

  await moveAt(-31_000);
  for (const ciphertext of messages) expect(await opened(ciphertext)).toBe(base64('x'));
  expect(await keyOf(await encrypted())).toMatchObject({ keyArn: now, isCurrent: true });
  for (const ciphertext of messages) {
    expect(await keyOf(ciphertext)).toMatchObject({ keyArn: before, isCurrent: false });
  }
  expect((await post('data-keys/decrypt', { wrappedDataKey })).json.plaintext).toBe(dataKey);
  expect(await macs()).toEqual(first);
  expect((await post('mac-keys/rewrap', {})).json).toEqual({ rewrapped: 1, left: 0 });

  const moved: string[] = [];
  for (const ciphertext of messages) {
    const one = (await post('reencrypt', { ciphertext })).json.ciphertext;
    moved.push(one);
    expect(await keyOf(one)).toMatchObject({ keyArn: now, isCurrent: true });
  }
  const [message, direct] = messages;
  const again = (mode: string, ciphertext = '') =>
    post('reencrypt-batch', { mode, items: [{ ciphertext }] });
  for (const { json } of [await again('envelope', message), await again('direct', direct)]) {
    moved.push(json.items[0].ciphertext);
  }

  // The end of the key before.
  await moveAt(-31_000, { status: 'OFFBOARDING' });
  await stack.administrator.kms.disableKey({ KeyId: before });
  for (const ciphertext of moved) expect(await opened(ciphertext)).toBe(base64('x'));
  expect(await macs()).toEqual(first);
  for (const ciphertext of messages) {
    expectProblem(await post('decrypt', { ciphertext }), 400, 'decryption-failed');
  }
}, 60_000);
