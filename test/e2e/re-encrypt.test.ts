/** Re-encryption: the same plaintext under the current key material, and a new context where one is wanted. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem, uniformBody } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let acmeKey: string;
beforeAll(async () => {
  // Statuses are changed behind the API's back here, and must count at once.
  stack = await startTestStack({ registryTtlSeconds: 0 });
  acmeKey = (await stack.client.onboard('acme')).keyArn;
  await Promise.all(['globex', 'paused'].map((id) => stack.client.onboard(id)));
});
afterAll(() => stack.close());

const plaintext = Buffer.from('kept').toString('base64');
async function post(operation: string, body: object, tenantId = 'acme') {
  const token = await stack.client.tenantToken(tenantId);
  return stack.client.send('POST', `/tenants/${tenantId}/${operation}`, { token, body });
}
async function encrypted(mode: string, encryptionContext?: object, tenantId?: string) {
  const { json } = await post('encrypt', { plaintext, mode, encryptionContext }, tenantId);
  return json.ciphertext as string;
}
const open = (ciphertext: string, encryptionContext?: object) =>
  post('decrypt', { ciphertext, encryptionContext });
const old = { document: '7' };

describe.each(['envelope', 'direct'])('in mode %s', (mode) => {
  test('the old context is carried over', async () => {
    const ciphertext = await encrypted(mode, old);
    const { status, json } = await post('reencrypt', { ciphertext, encryptionContext: old });
    const members = ['ciphertext', 'keyMaterialId', 'sourceKeyMaterialId'];
    expect([status, Object.keys(json)]).toEqual([200, members]);
    expect(json.ciphertext).not.toBe(ciphertext);
    expect((await open(json.ciphertext, old)).json).toEqual({ plaintext });
    expectProblem(await open(json.ciphertext), 400, 'decryption-failed');
  });

  test.each([
    ['another', { document: '8', more: 'x' }],
    ['an empty one', {}],
  ])('unless a new one is given: %s', async (_, newEncryptionContext) => {
    const body = { ciphertext: await encrypted(mode, old), encryptionContext: old };
    const { json } = await post('reencrypt', { ...body, newEncryptionContext });
    expect((await open(json.ciphertext, newEncryptionContext)).json).toEqual({ plaintext });
    expectProblem(await open(json.ciphertext, old), 400, 'decryption-failed');
  });

  test('the format stays', async () => {
    const isMessage = (text: string) => text.startsWith('AgR4');
    const ciphertext = await encrypted(mode);
    const { json } = await post('reencrypt', { ciphertext });
    expect([isMessage(ciphertext), isMessage(json.ciphertext)]).toEqual(
      Array(2).fill(mode === 'envelope'),
    );
  });

  test('a message goes over to the current key material', async () => {
    const ciphertext = await encrypted(mode);
    const { kms } = stack.administrator;
    await kms.rotateKeyOnDemand({ KeyId: acmeKey });
    const { Rotations = [] } = await kms.listKeyRotations({ KeyId: acmeKey });
    const { json } = await post('reencrypt', { ciphertext });
    // The local KMS names the material in the ciphertext.
    const material = Buffer.from(Rotations.at(-1)?.KeyMaterialId ?? 'none', 'hex');
    expect(Buffer.from(json.ciphertext, 'base64').includes(material)).toBe(true);
    expect(Buffer.from(ciphertext, 'base64').includes(material)).toBe(false);
    expect((await open(json.ciphertext)).json).toEqual({ plaintext });
  });

  test('the wrong old context, a neighbour and a change are the one uniform error', async () => {
    const ciphertext = await encrypted(mode, old);
    const changed = Buffer.from(ciphertext, 'base64');
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    const answers = await Promise.all([
      post('reencrypt', { ciphertext }),
      post('reencrypt', { ciphertext, newEncryptionContext: old }),
      post('reencrypt', { ciphertext, encryptionContext: old }, 'globex'),
      post('reencrypt', { ciphertext: changed.toString('base64'), encryptionContext: old }),
    ]);
    const digests = answers.map((answer) => {
      expectProblem(answer, 400, 'decryption-failed');
      const body = JSON.stringify(uniformBody(answer.json));
      return createHash('sha256').update(body).digest('hex');
    });
    expect(new Set(digests).size).toBe(1);
  });

  test('a tenant that is not ACTIVE is refused', async () => {
    await stack.setStatus('paused', 'ACTIVE');
    const ciphertext = await encrypted(mode, undefined, 'paused');
    await stack.setStatus('paused', 'SUSPENDED');
    expectProblem(await post('reencrypt', { ciphertext }, 'paused'), 409, 'tenant-suspended');
  });
});

test.each([
  ['an unknown member', { mode: 'direct' }],
  ['another tenant in the new context', { newEncryptionContext: { TenantId: 'globex' } }],
  ['a new context that is no object', { newEncryptionContext: 'x' }],
])('%s is a 400', async (_, more) => {
  const ciphertext = await encrypted('envelope');
  expectProblem(await post('reencrypt', { ciphertext, ...more }), 400, 'bad-request');
});
