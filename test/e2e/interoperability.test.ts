/** No lock-in: the stock AWS Encryption SDK, with the tenant's session, opens and makes our messages. */
import { buildClient, CommitmentPolicy } from '@aws-crypto/client-node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { tenantKeyring } from './tenant-kms.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const plaintext = Buffer.from('no lock-in');
let stack: TestStack;
let keys: Record<string, string>;
beforeAll(async () => {
  stack = await startTestStack();
  const [acme, globex] = await Promise.all(
    ['acme', 'globex'].map((id) => stack.client.onboard(id)),
  );
  keys = { acme: acme?.keyArn as string, globex: globex?.keyArn as string };
});
afterAll(() => stack.close());

const keyringOf = (tenantId: string, session = tenantId) =>
  tenantKeyring(stack, keys[tenantId] as string, session);

async function open(tenantId: string, ciphertext: Uint8Array, encryptionContext?: object) {
  return stack.client.send('POST', `/tenants/${tenantId}/decrypt`, {
    token: await stack.client.tenantToken(tenantId),
    body: { ciphertext: Buffer.from(ciphertext).toString('base64'), encryptionContext },
  });
}

describe('what /encrypt makes', () => {
  test('the stock SDK opens, and finds the context in it', async () => {
    const message = await stack.client.encrypt('acme', plaintext, { document: '7' });
    const opened = await decrypt(keyringOf('acme'), message, { encoding: 'base64' });
    expect(opened.plaintext.equals(plaintext)).toBe(true);
    expect(opened.messageHeader.encryptionContext).toEqual({ TenantId: 'acme', document: '7' });
  });

  test("the stock SDK does not open with a neighbour's session", async () => {
    const message = await stack.client.encrypt('acme', plaintext);
    const opening = decrypt(keyringOf('acme', 'globex'), message, { encoding: 'base64' });
    await expect(opening).rejects.toThrow(/not authorized|unencryptedDataKey/i);
  });
});

describe('what the stock SDK makes', () => {
  test.each([
    ['with its defaults, which sign', {}],
    ['in frames of 16 bytes', { frameLength: 16 }],
  ])('/decrypt opens: %s', async (_, options) => {
    const encryptionContext = { TenantId: 'acme', document: '7' };
    const { result } = await encrypt(keyringOf('acme'), plaintext, {
      encryptionContext,
      ...options,
    });
    const answer = await open('acme', result, { document: '7' });
    expect([answer.status, answer.json]).toEqual([
      200,
      { plaintext: plaintext.toString('base64') },
    ]);
    expectProblem(await open('acme', result), 400, 'decryption-failed');
    expectProblem(await open('globex', result, { document: '7' }), 400, 'decryption-failed');
  });

  test('/decrypt does not open a message without key commitment', async () => {
    const legacy = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);
    const { result } = await legacy.encrypt(keyringOf('acme'), plaintext, {
      encryptionContext: { TenantId: 'acme' },
    });
    expectProblem(await open('acme', result), 400, 'decryption-failed');
  });
});
