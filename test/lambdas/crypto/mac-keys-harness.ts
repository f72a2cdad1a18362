/** A key store and a table in memory, for the keys of macs. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import { DataKeyCache } from '../../../lambdas/crypto/data-key-cache.ts';
import type { MacKeyRow, MacKeyRows } from '../../../lambdas/crypto/mac-key-rows.ts';
import { liveVersions, type MacKeys } from '../../../lambdas/crypto/mac-keys.ts';
import { CiphertextRefused, type Keyring } from '../../../lambdas/key-stores/keyring.ts';
import { hex, limits } from './harness.ts';
import { rawKeyring } from './raw-keyring.ts';

export const purpose = 'customer/email';

/** A key store that unwraps only under the context that it wrapped under, as KMS does; `made` are its wrapped keys. */
export function keyStore(name = 'acme', key = randomBytes(32)) {
  const aad = (context: object) => Buffer.from(JSON.stringify(Object.entries(context).sort()));
  const store = { made: [] as string[], unwrapped: 0, rewrapped: 0, keyBytes: 32 };
  const wrappedBy = (encryptedDataKey: Uint8Array) =>
    new EncryptedDataKey({ providerId: 'test', providerInfo: name, encryptedDataKey });
  const wrap = (plaintext: Uint8Array, context: object) => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad(context));
    const content = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([iv, content, cipher.getAuthTag()]);
  };
  const keyring: Keyring = {
    ...rawKeyring(name),
    owns: ({ providerInfo }) => providerInfo === name,
    generateDataKeyWithoutPlaintext: async (context) => {
      const wrapped = wrap(randomBytes(store.keyBytes), context);
      store.made.push(hex(wrapped));
      return { context, wrapped: wrappedBy(wrapped), requestId: '1' };
    },
    wrapDataKey: async (plaintext, context) => {
      store.rewrapped += 1;
      return { context, wrapped: wrappedBy(wrap(plaintext, context)), requestId: '3' };
    },
    unwrapDataKey: async ({ encryptedDataKey: wrapped }, context) => {
      store.unwrapped += 1;
      const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12));
      decipher.setAAD(aad(context)).setAuthTag(wrapped.subarray(-16));
      try {
        const content = decipher.update(wrapped.subarray(12, -16));
        decipher.final();
        return { plaintext: new Uint8Array(content), requestId: '2' };
      } catch {
        throw new CiphertextRefused();
      }
    },
    wrappedDataKeyFrom: (bytes) => (bytes.length > 28 ? wrappedBy(bytes) : undefined),
  };
  return { store, keyring };
}

/** Rows as DynamoDB keeps them; `before` is called before each write. */
function rowsInMemory() {
  const table = {
    rows: new Map<string, MacKeyRow>(),
    isFull: false,
    before: async () => {},
  };
  const rows: MacKeyRows = {
    get: async (of) => table.rows.get(of),
    list: async (after = '') =>
      [...table.rows.values()]
        .filter((row) => row.purpose > after)
        .toSorted((a, b) => (a.purpose < b.purpose ? -1 : 1))
        .slice(0, 10),
    put: async (of, versions, read, keyName) => {
      await table.before();
      if (table.rows.get(of)?.revision !== read?.revision) return false;
      const revision = (read?.revision ?? 0) + 1;
      const named = keyName !== undefined && { keyName };
      const row = { tenantId: 'acme', purpose: of, revision, versions: [...versions], ...named };
      table.rows.set(of, row);
      return true;
    },
    isFull: async () => table.isFull,
  };
  return { table, rows };
}

export function macKeysHarness({ tenantId = 'acme', ...change }: Partial<MacKeys> = {}) {
  const { store, keyring } = keyStore();
  const { table, rows } = rowsInMemory();
  const keys: MacKeys = {
    tenantId,
    keyring,
    cache: new DataKeyCache(limits),
    macKeyRows: rows,
    ...change,
  };
  const live = async () => (await liveVersions(keys, purpose)).map(({ version }) => version);
  return { store, table, keys, live };
}
