import {
  buildClient,
  CommitmentPolicy,
  EncryptedDataKey,
  KeyringNode,
  KeyringTraceFlag,
  type NodeDecryptionMaterial,
  type NodeEncryptionMaterial,
} from '@aws-crypto/client-node';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
let keyArn: string;
beforeAll(async () => {
  stack = await startTestStack();
  keyArn = (await stack.client.onboard('acme')).keyArn;
  await stack.client.onboard('globex');
});
afterAll(() => stack.close());

const post = async (operation: string, body: object, tenantId = 'acme') =>
  stack.client.send('POST', `/tenants/${tenantId}/${operation}`, {
    token: await stack.client.tenantToken(tenantId),
    body,
  });

/** What a client does that holds a data key: it encrypts with the stock SDK, without asking KMS. */
class HeldKey extends KeyringNode {
  readonly #dataKey: Uint8Array;
  readonly #wrapped: Uint8Array;
  constructor(dataKey: Uint8Array, wrapped: Uint8Array) {
    super();
    this.#dataKey = dataKey;
    this.#wrapped = wrapped;
  }
  async _onEncrypt(material: NodeEncryptionMaterial): Promise<NodeEncryptionMaterial> {
    const trace = { keyNamespace: 'aws-kms', keyName: keyArn };
    const { WRAPPING_KEY_GENERATED_DATA_KEY, WRAPPING_KEY_ENCRYPTED_DATA_KEY } = KeyringTraceFlag;
    material.setUnencryptedDataKey(new Uint8Array(this.#dataKey), {
      ...trace,
      flags: WRAPPING_KEY_GENERATED_DATA_KEY,
    });
    const key = new EncryptedDataKey({
      providerId: 'aws-kms',
      providerInfo: keyArn,
      encryptedDataKey: this.#wrapped,
    });
    return material.addEncryptedDataKey(key, WRAPPING_KEY_ENCRYPTED_DATA_KEY);
  }
  async _onDecrypt(material: NodeDecryptionMaterial): Promise<NodeDecryptionMaterial> {
    return material;
  }
}

test('a message that a client encrypts with a data key opens at /decrypt', async () => {
  const encryptionContext = { document: '7' };
  const { status, json } = await post('data-keys', { encryptionContext });
  expect([status, json.keyArn]).toEqual([200, keyArn]);
  const dataKey = Buffer.from(json.plaintext, 'base64');
  expect(dataKey).toHaveLength(32);
  const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  const keyring = new HeldKey(dataKey, Buffer.from(json.wrappedDataKey, 'base64'));
  const { result } = await client.encrypt(keyring, Buffer.from('encrypted outside'), {
    suiteId: 0x0478,
    encryptionContext: { TenantId: 'acme', ...encryptionContext },
  });
  const opened = await post('decrypt', {
    ciphertext: result.toString('base64'),
    encryptionContext,
  });
  expect(opened.json).toEqual({ plaintext: Buffer.from('encrypted outside').toString('base64') });
});

test('a wrapped data key is unwrapped again, for its tenant and its context only', async () => {
  const encryptionContext = { document: '8' };
  const { json } = await post('data-keys', { encryptionContext });
  const { wrappedDataKey, plaintext } = json;
  expect((await post('data-keys/decrypt', { wrappedDataKey, encryptionContext })).json).toEqual({
    plaintext,
  });
  expectProblem(await post('data-keys/decrypt', { wrappedDataKey }), 400, 'decryption-failed');
  const foreign = await post('data-keys/decrypt', { wrappedDataKey, encryptionContext }, 'globex');
  expectProblem(foreign, 400, 'decryption-failed');
});

test('a data key that is wanted wrapped only never leaves KMS, and works', async () => {
  const before = stack.calls.length;
  const { json } = await post('data-keys', { plaintext: false });
  expect(Object.keys(json)).toEqual(['keyArn', 'keyProviderId', 'wrappedDataKey']);
  expect(stack.calls.slice(before).map(({ operation }) => operation)).toContain(
    'GenerateDataKeyWithoutPlaintext',
  );
  const { wrappedDataKey } = json;
  const unwrapped = await post('data-keys/decrypt', { wrappedDataKey });
  expect(Buffer.from(unwrapped.json.plaintext, 'base64')).toHaveLength(32);
});

test('what is no data key is not unwrapped', async () => {
  const encrypted = await post('encrypt', { plaintext: 'eA==', mode: 'direct' });
  const { ciphertext: wrappedDataKey } = encrypted.json;
  expectProblem(await post('data-keys/decrypt', { wrappedDataKey }), 400, 'decryption-failed');
});

test.each([
  ['an unknown member', { count: 2 }],
  ['plaintext that is no boolean', { plaintext: 'no' }],
  ['a context that sets TenantId', { encryptionContext: { TenantId: 'globex' } }],
])('%s is a 400', async (_, body) => {
  expectProblem(await post('data-keys', body), 400, 'bad-request');
});
