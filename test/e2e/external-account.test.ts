/** Cryptography of tenants whose keys are in an AWS account of their own, over the API. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ExternalStack, startExternalStack } from './external-account.ts';
import { expectProblem } from './problem.ts';

let stack: ExternalStack;
const keys: Record<string, string> = {};
beforeAll(async () => {
  stack = await startExternalStack();
  for (const tenantId of ['acme', 'globex']) {
    const given = await stack.give(tenantId);
    await stack.plant(given);
    keys[tenantId] = given.keyArn;
  }
}, 120_000);
afterAll(() => stack?.close());

const encryptionContext = { document: '7' };
const plaintext = Buffer.from('Hello, Acme.').toString('base64');
const crypto = (operation: string, body: object, tenantId = 'acme') =>
  stack.crypto(tenantId, operation, body);

test('it encrypts and decrypts, in batches, with data keys and hashes, as any tenant does', async () => {
  const encrypted = await crypto('encrypt', { plaintext, encryptionContext });
  expect(encrypted.status).toBe(200);
  const { ciphertext } = encrypted.json;
  expect(Buffer.from(ciphertext, 'base64').includes(keys.acme ?? '')).toBe(true);
  const opened = await crypto('decrypt', { ciphertext, encryptionContext });
  expect(opened.json).toEqual({ plaintext });
  const other = await crypto('decrypt', { ciphertext, encryptionContext: { document: '8' } });
  expectProblem(other, 400, 'decryption-failed');
  const items = ['a', 'b', 'c'].map((name) => ({ plaintext, encryptionContext: { name } }));
  const batch = await crypto('encrypt-batch', { items });
  const messages = batch.json.items.map((item: { ciphertext: string }, at: number) => ({
    ciphertext: item.ciphertext,
    encryptionContext: items[at]?.encryptionContext,
  }));
  const back = await crypto('decrypt-batch', { items: messages });
  expect(back.json.items).toEqual(items.map(() => ({ plaintext })));
  const anew = await crypto('reencrypt-batch', { items: messages });
  expect(anew.json.items).toHaveLength(3);
  const dataKey = await crypto('data-keys', { encryptionContext });
  expect(dataKey.json).toMatchObject({ keyProviderId: 'aws-kms', keyArn: keys.acme });
  const { wrappedDataKey } = dataKey.json;
  const unwrapped = await crypto('data-keys/decrypt', { wrappedDataKey, encryptionContext });
  expect(unwrapped.json.plaintext).toBe(dataKey.json.plaintext);
  const hash = () => crypto('mac', { purpose: 'email', value: plaintext });
  expect((await hash()).json).toEqual((await hash()).json);
});

test('an inspected message names the key, and whether its material is current', async () => {
  const { ciphertext } = (await crypto('encrypt', { plaintext, encryptionContext })).json;
  const inspected = await crypto('inspect', { ciphertext, encryptionContext });
  expect(inspected.json).toMatchObject({ keyArn: keys.acme, isCurrent: true });
});

test('direct mode is that of KMS in our own account', async () => {
  expectProblem(await crypto('encrypt', { plaintext, mode: 'direct' }), 400, 'mode-needs-aws-kms');
});
