/**
 * The vectors of docs/key-stores/azure-key-vault.md are what it says, for whoever has nothing of ours, and ours opens them.
 * `UPDATE_VECTORS=1` makes them anew, of a new key.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { buildClient, CommitmentPolicy } from '@aws-crypto/client-node';
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import { describe, expect, test } from '@jest/globals';
import { DataKeyCache } from '../../../../lambdas/crypto/data-key-cache.ts';
import {
  decryptEnvelope,
  encryptEnvelope,
} from '../../../../lambdas/crypto/envelope-encryption.ts';
import type { Keyring } from '../../../../lambdas/key-stores/keyring.ts';
import {
  contextHash,
  privateKeyOf,
  RsaKeyring,
  readVectors,
  unwrap,
  type Vectors,
  vectorsFile,
  wrap,
} from '../../../vectors/azure-key-vault.ts';
import { vaultUrl, vectorKeyring } from './vector-vault.ts';

const tenantId = 'vector';
const contexts = [
  { TenantId: tenantId },
  { TenantId: tenantId, document: '7', empty: '' },
  { TenantId: tenantId, ünicode: '\u{1F600}', '\uffee': 'x', '\u{10000}': 'y' },
];

if (process.env.UPDATE_VECTORS === '1')
  writeFileSync(vectorsFile, `${JSON.stringify(await newVectors(), null, 2)}\n`);
const vectors = readVectors();
const privateKey = privateKeyOf(vectors);
const keyring = vectorKeyring(privateKey, tenantId, vectors.key.version);
const { decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

function cachedOf(of: Keyring) {
  const cache = new DataKeyCache({ maxAgeMs: 0, maxMessages: 0, maxBytes: 0, maxEntries: 0 });
  return { tenantId, keyring: of, cache };
}

const wrappedAs = (base64: string) =>
  new EncryptedDataKey({
    providerId: 'azure-key-vault',
    providerInfo: vectors.key.name,
    encryptedDataKey: new Uint8Array(bytesOf(base64)),
  });

describe.each(vectors.dataKeys.map((one, index) => [index, one] as const))(
  'data key %i',
  (_, { encryptionContext, wrapped, dataKey, contextHash: hash }) => {
    test('has the hash of its context behind it, by the document', () => {
      expect(contextHash(encryptionContext).toString('base64')).toBe(hash);
      expect(bytesOf(wrapped).toString('hex', 0, 16)).toBe(vectors.key.version);
    });

    test('opens under that context, by the document and by us, and under no other', async () => {
      expect(unwrap(privateKey, bytesOf(wrapped), encryptionContext).toString('base64')).toBe(
        dataKey,
      );
      const { plaintext } = await keyring.unwrapDataKey(wrappedAs(wrapped), encryptionContext);
      expect(Buffer.from(plaintext).toString('base64')).toBe(dataKey);
      const other = { ...encryptionContext, more: '' };
      expect(() => unwrap(privateKey, bytesOf(wrapped), other)).toThrow();
      const refused = keyring.unwrapDataKey(wrappedAs(wrapped), other);
      await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'CiphertextRefused' }));
    });
  },
);

test.each(vectors.messages.map((one, index) => [index, one] as const))(
  'the stock Encryption SDK opens message %i with a keyring of the document, and we do',
  async (_, { message, plaintext, encryptionContext }) => {
    const opened = await decrypt(new RsaKeyring(privateKey), bytesOf(message));
    expect(opened.plaintext.toString('base64')).toBe(plaintext);
    expect({ ...opened.messageHeader.encryptionContext }).toEqual(encryptionContext);
    const [wrapped] = opened.messageHeader.encryptedDataKeys;
    expect(wrapped?.providerInfo).toBe(vectors.key.name);
    const ours = await decryptEnvelope(cachedOf(keyring), bytesOf(message), encryptionContext);
    expect(ours.toString('base64')).toBe(plaintext);
  },
);

test.each(vectors.refused)('refused, though the key unwraps it: $why', async ({ wrapped }) => {
  const context = vectors.dataKeys[0]?.encryptionContext ?? {};
  const refused = keyring.unwrapDataKey(wrappedAs(wrapped), context);
  await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'CiphertextRefused' }));
});

async function newVectors(): Promise<Vectors> {
  const { privateKey: made } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const version = randomBytes(16).toString('hex');
  const key = {
    name: `${vaultUrl}/keys/${tenantId}`,
    version,
    privateKey: made.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const keyringOfNew = vectorKeyring(made, tenantId, version);
  const dataKeys = [];
  const messages = [];
  for (const encryptionContext of contexts) {
    const { plaintext, wrapped } = await keyringOfNew.generateDataKey(encryptionContext);
    dataKeys.push({
      encryptionContext,
      contextHash: contextHash(encryptionContext).toString('base64'),
      dataKey: Buffer.from(plaintext).toString('base64'),
      wrapped: Buffer.from(wrapped.encryptedDataKey).toString('base64'),
    });
    const text = Buffer.from('hello');
    const message = await encryptEnvelope(cachedOf(keyringOfNew), text, encryptionContext);
    const [plain = '', bytes = ''] = [text, message].map((one) => one.toString('base64'));
    messages.push({ encryptionContext, plaintext: plain, message: bytes });
  }
  const dataKey = randomBytes(32);
  const [first = {}, second = {}] = contexts;
  const refused = [
    ['a data key alone', dataKey],
    ['a data key of another context', Buffer.concat([dataKey, contextHash(second)])],
    ['a shorter data key', Buffer.concat([dataKey.subarray(1), contextHash(first)])],
    ['a longer data key', Buffer.concat([dataKey, Buffer.of(0), contextHash(first)])],
    ['the hash before the data key', Buffer.concat([contextHash(first), dataKey])],
  ] as const;
  return {
    key,
    dataKeys,
    messages,
    refused: refused.map(([why, bound]) => ({
      why,
      wrapped: wrap(made, version, bound).toString('base64'),
    })),
  };
}
