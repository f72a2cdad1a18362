/**
 * The vectors and the real engine agree. `UPDATE_VECTORS=1 npm run test:stores -- vectors` makes them anew, of a key that the
 * engine has made for that.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { DataKeyCache } from '../../lambdas/crypto/data-key-cache.ts';
import { decryptEnvelope, encryptEnvelope } from '../../lambdas/crypto/envelope-encryption.ts';
import type { Keyring } from '../../lambdas/key-stores/keyring.ts';
import { associatedDataOf } from '../../lambdas/key-stores/vault/associated-data.ts';
import {
  associatedData,
  readVectors,
  unwrap,
  type Vectors,
  vectorsFile,
  wrap,
} from '../vectors/vault.ts';
import { bao, store, useStore } from './harness.ts';
import { keyringOf, sessionOf } from './tenant-session.ts';

let keyring: Keyring;
let vectors: Vectors;

const tenant = 'vector';
const contexts = [
  { TenantId: tenant },
  { TenantId: tenant, document: '7', empty: '' },
  { TenantId: tenant, ünicode: '\u{1F600}', '\uffee': 'x', '\u{10000}': 'y' },
];

useStore();
beforeAll(async () => {
  keyring = keyringOf(store, sessionOf(store, bao, tenant), tenant);
  if (process.env.UPDATE_VECTORS === '1')
    writeFileSync(vectorsFile, `${JSON.stringify(await newVectors(), null, 2)}\n`);
  vectors = readVectors();
  await asRoot('POST', `tenant-keys/restore/${tenant}`, {
    backup: vectors.key.backup,
    force: true,
  });
  await store.onboard(tenant);
});

const asRoot = async (method: string, path: string, body?: object) => {
  const { status, words, data } = await store.call(bao.rootToken, method, path, body);
  if (status >= 300) throw new Error(`${path}: ${status} ${words}`);
  return data ?? {};
};
const cached = () => ({
  tenantId: tenant,
  keyring,
  cache: new DataKeyCache({ maxAgeMs: 0, maxMessages: 0, maxBytes: 0, maxEntries: 0 }),
});

test('the engine opens each data key and each message', async () => {
  for (const { ciphertext, encryptionContext, dataKey } of vectors.dataKeys) {
    const wrapped = keyring.wrappedDataKeyFrom(Buffer.from(ciphertext));
    if (wrapped === undefined) throw new Error('the keyring does not know the vector');
    const { plaintext } = await keyring.unwrapDataKey(wrapped, encryptionContext);
    expect(Buffer.from(plaintext).toString('base64')).toBe(dataKey);
  }
  for (const { message, encryptionContext, plaintext } of vectors.messages) {
    const bytes = Buffer.from(message, 'base64');
    const opened = await decryptEnvelope(cached(), bytes, encryptionContext);
    expect(opened.toString('base64')).toBe(plaintext);
  }
});

test('what the engine wraps the document opens, and the other way round', async () => {
  const material = Buffer.from(vectors.key.material, 'base64');
  const [context = {}] = contexts;
  const made = await keyring.generateDataKey(context);
  const text = Buffer.from(made.wrapped.encryptedDataKey).toString();
  expect(unwrap(material, text, associatedData(context))).toEqual(Buffer.from(made.plaintext));

  const dataKey = randomBytes(32);
  const foreign = wrap(material, dataKey, associatedData(context), randomBytes(12));
  const wrapped = keyring.wrappedDataKeyFrom(Buffer.from(foreign));
  if (wrapped === undefined) throw new Error('the keyring does not take it');
  const opened = await keyring.unwrapDataKey(wrapped, context);
  expect(Buffer.from(opened.plaintext)).toEqual(dataKey);
});

test('the engine opens every other spelling, which is why we do not ask it', async () => {
  const [first] = vectors.dataKeys;
  for (const ciphertext of vectors.otherSpellings) {
    const body = { ciphertext, associated_data: first?.associatedData };
    const { plaintext } = await asRoot('POST', `tenant-keys/decrypt/${tenant}`, body);
    expect(plaintext).toBe(first?.dataKey);
    expect(keyring.wrappedDataKeyFrom(Buffer.from(ciphertext))).toBeUndefined();
  }
});

async function newVectors(): Promise<Vectors> {
  const key = `tenant-keys/keys/${tenant}`;
  await asRoot('POST', key, {
    type: 'aes256-gcm96',
    exportable: true,
    allow_plaintext_backup: true,
  });
  await store.onboard(tenant);
  const { keys } = await asRoot('GET', `tenant-keys/export/encryption-key/${tenant}`);
  const { backup } = await asRoot('GET', `tenant-keys/backup/${tenant}`);
  const dataKeys = [];
  for (const encryptionContext of contexts) {
    const { plaintext, wrapped } = await keyring.generateDataKey(encryptionContext);
    dataKeys.push({
      encryptionContext,
      associatedData: associatedDataOf(encryptionContext),
      dataKey: Buffer.from(plaintext).toString('base64'),
      ciphertext: Buffer.from(wrapped.encryptedDataKey).toString(),
    });
  }
  const messages = [];
  for (const encryptionContext of contexts) {
    const plaintext = Buffer.from('hello');
    const message = await encryptEnvelope(cached(), plaintext, encryptionContext);
    const [text, bytes] = [plaintext, message].map((one) => one.toString('base64'));
    messages.push({ encryptionContext, plaintext: text ?? '', message: bytes ?? '' });
  }
  const [{ ciphertext } = { ciphertext: '' }] = dataKeys;
  return {
    key: {
      name: tenant,
      material: String((keys as Readonly<Record<string, string>>)['1']),
      backup: String(backup),
    },
    dataKeys,
    messages,
    otherSpellings: [
      ...['v0', 'v01', 'v+1'].map((version) => ciphertext.replace('v1', version)),
      `${ciphertext}\n`,
    ],
  };
}
