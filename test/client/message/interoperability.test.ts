/**
 * No lock-in for files either: what is sealed here the stock AWS Encryption SDK opens with the tenant's session, and `/decrypt`
 * where it is small; and what the SDK or `/encrypt` made opens here, with a token and without credentials of AWS.
 */
import { randomBytes } from 'node:crypto';
import { buildClient, CommitmentPolicy } from '@aws-crypto/client-node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AccessError,
  MessageError,
  type OpenStreamOptions,
  type SealStreamOptions,
  type TenantHandle,
  TenantKeys,
} from '../../../client/tenant-keys.ts';
import { expectProblem } from '../../e2e/problem.ts';
import { tenantKeyring } from '../../e2e/tenant-kms.ts';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { through } from './harness.ts';

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const plaintext = randomBytes(300_000);
const context = { document: '7', ünicode: '\u{1F600}', '\uffee': 'x', '\u{10000}': 'y' };
let stack: TestStack;
let keyArn: string;
beforeAll(async () => {
  stack = await startTestStack();
  ({ keyArn } = await stack.client.onboard('acme'));
  await stack.client.onboard('globex');
});
afterAll(() => stack.close());

const keyring = (session = 'acme') => tenantKeyring(stack, keyArn, session);

const clients = new Map<string, TenantKeys>();

/** A tenant's client, with its token alone. */
function tenant(tenantId = 'acme'): TenantHandle {
  const token = () => stack.client.tenantToken(tenantId);
  const known = clients.get(tenantId) ?? new TenantKeys({ url: stack.api, token });
  clients.set(tenantId, known);
  return known.tenant(tenantId);
}

const seal = (content: Uint8Array, options?: SealStreamOptions) =>
  through(content, tenant().sealStream(options));

const open = (message: Uint8Array, options?: OpenStreamOptions, tenantId = 'acme') =>
  through(message, tenant(tenantId).openStream(options));

describe('what is sealed here', () => {
  test.each([1, 1000, 131_072])(
    'the stock SDK opens, in frames of %d bytes',
    async (frameBytes) => {
      const content = plaintext.subarray(0, frameBytes * 300);
      const message = await seal(content, { context, frameBytes });
      const opened = await decrypt(keyring(), message);
      expect(opened.plaintext.equals(content)).toBe(true);
      expect(opened.messageHeader.encryptionContext).toEqual({ ...context, TenantId: 'acme' });
    },
  );

  test('/decrypt opens', async () => {
    const message = await seal(plaintext, { context });
    const answer = await stack.client.send('POST', '/tenants/acme/decrypt', {
      token: await stack.client.tenantToken('acme'),
      body: { ciphertext: message.toString('base64'), encryptionContext: context },
    });
    expect(answer.json).toEqual({ plaintext: plaintext.toString('base64') });
  });

  test("neither the SDK with a neighbour's session nor a neighbour's token opens", async () => {
    const message = await seal(plaintext);
    await expect(decrypt(keyring('globex'), message)).rejects.toThrow(
      /not authorized|unencrypted/i,
    );
    await expect(open(message, {}, 'globex')).rejects.toThrow(MessageError);
    const token = await stack.client.tenantToken('globex');
    const disguised = new TenantKeys({ url: stack.api, token }).tenant('acme').openStream();
    await expect(through(message, disguised)).rejects.toThrow(AccessError);
  });
});

describe('here opens', () => {
  test.each([
    ['signed, which is its default', {}],
    ['unsigned', { suiteId: 0x0478 }],
    ['signed, in frames of 16 bytes', { frameLength: 16 }],
  ])('what the stock SDK made: %s', async (_, options) => {
    const content = plaintext.subarray(0, 50_000);
    const encryptionContext = { ...context, TenantId: 'acme' };
    const { result } = await encrypt(keyring(), content, { encryptionContext, ...options });
    expect((await open(result, { context })).equals(content)).toBe(true);
    await expect(open(result)).rejects.toThrow(MessageError);
    const cut = result.subarray(0, -1);
    await expect(open(cut, { context })).rejects.toThrow(MessageError);
  });

  test('what /encrypt made', async () => {
    const message = Buffer.from(await stack.client.encrypt('acme', plaintext, context), 'base64');
    expect((await open(message, { context })).equals(plaintext)).toBe(true);
  });

  test('no message whose signature is of another, or was cut off', async () => {
    const encryptionContext = { TenantId: 'acme' };
    const sealed = async () =>
      (await encrypt(keyring(), plaintext.subarray(0, 100), { encryptionContext })).result;
    const [one, other] = await Promise.all([sealed(), sealed()]);
    const signatureAt = (message: Buffer) => {
      for (let length = 100; length < 110; length += 1) {
        const at = message.length - 2 - length;
        if (message.readUInt16BE(at) === length) return at;
      }
      throw new Error('there is no signature');
    };
    const swapped = Buffer.concat([
      one.subarray(0, signatureAt(one)),
      other.subarray(signatureAt(other)),
    ]);
    for (const message of [swapped, one.subarray(0, signatureAt(one)), Buffer.concat([one, one])]) {
      await expect(open(message)).rejects.toThrow(MessageError);
    }
  });
});

test('only the unwrapping of a data key takes the public key of a signed message', async () => {
  const token = await stack.client.tenantToken('acme');
  const encryptionContext = { 'aws-crypto-public-key': 'x' };
  const send = (path: string, body: object) =>
    stack.client.send('POST', `/tenants/acme/${path}`, {
      token,
      body: { encryptionContext, ...body },
    });
  const some = Buffer.alloc(184).toString('base64');
  expectProblem(await send('data-keys', {}), 400, 'bad-request');
  expectProblem(await send('encrypt', { plaintext: some }), 400, 'bad-request');
  expectProblem(await send('decrypt', { ciphertext: some }), 400, 'bad-request');
  expectProblem(
    await send('data-keys/decrypt', { wrappedDataKey: some }),
    400,
    'decryption-failed',
  );
  const others = { 'aws-crypto-other': 'x' };
  const refused = await send('data-keys/decrypt', {
    wrappedDataKey: some,
    encryptionContext: others,
  });
  expectProblem(refused, 400, 'bad-request');
});
