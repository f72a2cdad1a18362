/** Direct mode: what KMS itself encrypts, and with the tenant's session the AWS CLI opens. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { tenantKms } from './tenant-kms.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
const keys: Record<string, string> = {};
beforeAll(async () => {
  stack = await startTestStack();
  for (const id of ['acme', 'globex']) keys[id] = (await stack.client.onboard(id)).keyArn;
});
afterAll(() => stack.close());

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
async function post(operation: string, body: object, tenantId = 'acme') {
  const token = await stack.client.tenantToken(tenantId);
  return stack.client.send('POST', `/tenants/${tenantId}/${operation}`, { token, body });
}
const encrypt = (plaintext: Buffer, more: object = {}) =>
  post('encrypt', { plaintext: base64(plaintext), mode: 'direct', ...more });
const open = (ciphertext: string, encryptionContext?: object, tenantId?: string) =>
  post('decrypt', { ciphertext, encryptionContext }, tenantId);

describe('sizes', () => {
  test.each([1, 4096])('%d bytes make the round trip', async (length) => {
    const plaintext = Buffer.alloc(length, 7);
    const { status, json } = await encrypt(plaintext);
    expect(status).toBe(200);
    expect((await open(json.ciphertext)).json).toEqual({ plaintext: base64(plaintext) });
  });

  test('4,097 bytes are a 413 that names the limit', async () => {
    const answer = await encrypt(Buffer.alloc(4097));
    expectProblem(answer, 413, 'too-large');
    expect(answer.json.detail).toContain('4096');
  });

  test('nothing is a 400 that says so', async () => {
    const answer = await encrypt(Buffer.alloc(0));
    expectProblem(answer, 400, 'bad-request');
    expect(answer.json.detail).toMatch(/^plaintext: must not be empty/);
  });
});

describe('plain KMS with the tenant session', () => {
  test('opens what /encrypt makes', async () => {
    const { json } = await encrypt(Buffer.from('mine'), { encryptionContext: { document: '7' } });
    const { Plaintext } = await tenantKms(stack, 'acme').decrypt({
      CiphertextBlob: Buffer.from(json.ciphertext, 'base64'),
      EncryptionContext: { TenantId: 'acme', document: '7' },
    });
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('mine');
  });

  test('makes what /decrypt opens, in exactly its context', async () => {
    const { CiphertextBlob } = await tenantKms(stack, 'acme').encrypt({
      KeyId: keys.acme,
      Plaintext: Buffer.from('mine'),
      EncryptionContext: { TenantId: 'acme', document: '7' },
    });
    const ciphertext = base64(CiphertextBlob as Uint8Array);
    const answer = await open(ciphertext, { document: '7' });
    expect(answer.json).toEqual({ plaintext: base64(Buffer.from('mine')) });
    for (const wrong of [undefined, {}, { document: '8' }, { document: '7', more: 'x' }]) {
      expectProblem(await open(ciphertext, wrong), 400, 'decryption-failed');
    }
  });
});

describe('whatever is wrong is the one uniform error', () => {
  let ciphertext: Buffer;
  beforeAll(async () => {
    const { json } = await encrypt(Buffer.from('x'));
    ciphertext = Buffer.from(json.ciphertext, 'base64');
  });

  test("a neighbour's", async () => {
    expectProblem(await open(base64(ciphertext), undefined, 'globex'), 400, 'decryption-failed');
  });

  test('every byte changed, every truncation, and a byte more', async () => {
    const changed = Array.from(ciphertext, (byte, at) => {
      const copy = Buffer.from(ciphertext);
      copy[at] = byte ^ 1;
      return copy;
    });
    const cut = Array.from(ciphertext, (_, length) => ciphertext.subarray(0, length));
    const longer = Buffer.concat([ciphertext, Buffer.alloc(1)]);
    for (const wrong of [...changed, ...cut, longer, Buffer.alloc(6144, 1)]) {
      expectProblem(await open(base64(wrong)), 400, 'decryption-failed');
    }
  });
});
