import type { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, test } from '@jest/globals';
import { maxBatchItems, maxKmsCallsPerRequest } from '../../../contract/crypto.ts';
import { contextOf } from '../../../contract/encryption-context.ts';
import { decryptBatch, encryptBatch } from '../../../lambdas/crypto/batch-cryptography.ts';
import { reencryptBatch } from '../../../lambdas/crypto/batch-reencryption.ts';
import { DataKeyCache, type DataKeyLimits } from '../../../lambdas/crypto/data-key-cache.ts';
import { encryptEnvelope } from '../../../lambdas/crypto/envelope-encryption.ts';
import { parseMessage } from '../../../lambdas/crypto/message/message-parser.ts';
import type { TenantKey } from '../../../lambdas/crypto/tenant-key-provider.ts';
import { dataKeyHarness, limits as dataKeyLimits } from './harness.ts';
import { uncachedRawKeyring } from './raw-keyring.ts';

const noMacKeys: TenantKey['macKeyRows'] = {
  get: async () => undefined,
  put: async () => false,
  list: async () => [],
  isFull: async () => true,
};

/** A tenant's key, and how many calls it has cost: of the keyring, and of KMS itself. */
function harness(changed: Partial<DataKeyLimits> = {}) {
  const limits = { maxMessages: 1000, maxBytes: 10_000, maxEntries: 1000, ...changed };
  const { cached, store, clock } = dataKeyHarness(limits);
  let directCalls = 0;
  const kms = {
    async send() {
      directCalls += 1;
      return { Plaintext: Buffer.from('x'), CiphertextBlob: Buffer.from('y') };
    },
  } as unknown as KMSClient;
  const key: TenantKey = {
    ...cached({ tenantId: 'acme', keyName: 'acme', plaintextBytes: 0 }),
    newCache: () => new DataKeyCache({ ...dataKeyLimits, ...limits }, { now: () => clock.time }),
    kmsKey: { kms, keyArn: 'acme' },
    macKeyRows: noMacKeys,
  };
  return { key, calls: () => store.calls + directCalls };
}

const many = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));
const plain = (n: number) => ({ plaintext: 'eA==', encryptionContext: { document: `${n}` } });
const garbage = (n: number) => ({
  ciphertext: Buffer.alloc(60, `garbage ${n} `).toString('base64'),
});

/** Under a data key of its own. */
async function message(): Promise<{ ciphertext: string }> {
  const bytes = await encryptEnvelope(
    uncachedRawKeyring('acme'),
    Buffer.from('x'),
    contextOf('acme'),
  );
  return { ciphertext: bytes.toString('base64') };
}

const wrappedOf = (ciphertext: string) => {
  const parsed = parseMessage(Buffer.from(ciphertext, 'base64'));
  return Buffer.from(parsed?.wrappedDataKey.encryptedDataKey ?? []).toString('hex');
};

const refusal = { code: 'too-many-kms-calls', status: 400 };

describe('refused before any call', () => {
  test('1,000 encryption contexts', async () => {
    const { key, calls } = harness();
    const batch = encryptBatch(key, many(maxBatchItems, plain));
    await expect(batch).rejects.toMatchObject(refusal);
    expect(calls()).toBe(0);
  });

  test.each([
    ['1,000 messages, where a data key encrypts 9', { maxMessages: 9 }],
    ['1,000 messages of 1 byte, where a data key encrypts 9 bytes', { maxBytes: 9 }],
  ])('%s', async (_, limits) => {
    const { key, calls } = harness(limits);
    const batch = encryptBatch(key, Array(maxBatchItems).fill(plain(0)));
    await expect(batch).rejects.toMatchObject(refusal);
    expect(calls()).toBe(0);
  });

  test('101 messages that are larger than what shares a data key', async () => {
    const { key, calls } = harness({ maxBytes: 1 });
    const items = Array(maxKmsCallsPerRequest + 1).fill({ plaintext: 'eHg=' });
    await expect(encryptBatch(key, items)).rejects.toMatchObject(refusal);
    expect(calls()).toBe(0);
  });

  test('1,000 messages, each under a data key of its own', async () => {
    const { key, calls } = harness();
    const items = await Promise.all(many(maxBatchItems, message));
    await expect(decryptBatch(key, items, 'envelope')).rejects.toMatchObject(refusal);
    expect(calls()).toBe(0);
  });

  test.each([
    ['decrypt', decryptBatch],
    ['encrypt again', reencryptBatch],
  ])('101 direct ciphertexts to %s', async (_, batch) => {
    const { key, calls } = harness();
    const items = many(maxKmsCallsPerRequest + 1, garbage);
    await expect(batch(key, items, 'direct')).rejects.toMatchObject(refusal);
    expect(calls()).toBe(0);
  });

  test('100 messages to encrypt again: each data key that is unwrapped, and those that are new', async () => {
    const { key, calls } = harness();
    const items = await Promise.all(many(maxKmsCallsPerRequest, message));
    await expect(reencryptBatch(key, items, 'envelope')).rejects.toMatchObject(refusal);
    expect(calls()).toBe(0);
    const results = await reencryptBatch(key, items.slice(1), 'envelope');
    expect(results.filter((result) => 'ciphertext' in result)).toHaveLength(99);
    expect(calls()).toBe(100);
    // The 99 are in memory now, and one more call is for the new data key all the same.
    await reencryptBatch(key, items, 'envelope');
    expect(calls()).toBe(102);
  });

  test('one message under 100 new contexts, which with its own data key are 101', async () => {
    const { key, calls } = harness();
    const one = await message();
    const items = many(maxKmsCallsPerRequest, (n) => ({
      ...one,
      newEncryptionContext: { document: `${n}` },
    }));
    await expect(reencryptBatch(key, items, 'envelope')).rejects.toMatchObject(refusal);
    expect(calls()).toBe(0);
    await reencryptBatch(key, items.slice(1), 'envelope');
    expect(calls()).toBe(100);
  });
});

describe('served', () => {
  test('1,000 messages of one data key, encrypted again with two calls, and none of an old data key', async () => {
    const { key, calls } = harness();
    const made = await encryptBatch(key, Array(maxBatchItems).fill({ plaintext: 'eA==' }));
    expect(calls()).toBe(1);
    const again = await reencryptBatch(key, made, 'envelope');
    expect(calls()).toBe(3);
    const items = again as { ciphertext: string }[];
    const dataKeys = (of: readonly object[]) =>
      new Set(of.map((item) => wrappedOf((item as { ciphertext: string }).ciphertext)));
    expect([dataKeys(made).size, dataKeys(items).size]).toEqual([1, 1]);
    expect([...dataKeys(items)]).not.toEqual([...dataKeys(made)]);
    const opened = await decryptBatch(
      key,
      items.map(({ ciphertext }) => ({ ciphertext })),
      'envelope',
    );
    expect(opened).toEqual(Array(maxBatchItems).fill({ plaintext: 'eA==' }));
    // What a batch encrypts with is in no later request's reach.
    await reencryptBatch(key, made, 'envelope');
    expect(calls()).toBe(5);
  });

  test('1,000 pieces of garbage, each with its error and without a call', async () => {
    const { key, calls } = harness();
    const results = await decryptBatch(key, many(maxBatchItems, garbage), 'envelope');
    const failed = { error: { code: 'decryption-failed' } };
    expect(results).toMatchObject(Array(maxBatchItems).fill(failed));
    expect(calls()).toBe(0);
  });

  test('1,000 messages of one context with one call, 1,000 of a full data key each 10 with 100', async () => {
    const one = harness();
    await encryptBatch(one.key, Array(maxBatchItems).fill(plain(0)));
    expect(one.calls()).toBe(1);
    const full = harness({ maxMessages: 10 });
    await encryptBatch(full.key, Array(maxBatchItems).fill(plain(0)));
    expect(full.calls()).toBe(100);
  });

  test('100 messages, each under a data key of its own, again and again', async () => {
    const { key, calls } = harness();
    const own = await Promise.all(many(maxKmsCallsPerRequest, message));
    const items = many(10, () => own).flat();
    const results = await decryptBatch(key, items, 'envelope');
    expect(results).toEqual(Array(1000).fill({ plaintext: 'eA==' }));
    expect(calls()).toBe(100);
  });

  test('in direct mode, what KMS cannot have made counts nothing', async () => {
    const { key, calls } = harness();
    const items = [
      ...many(maxKmsCallsPerRequest, garbage),
      await message(),
      { ciphertext: 'eA==' },
      { ciphertext: '?' },
    ];
    const results = await decryptBatch(key, items, 'direct');
    expect(calls()).toBe(100);
    expect(results.slice(99)).toMatchObject([
      { plaintext: 'eA==' },
      { error: { code: 'decryption-failed' } },
      { error: { code: 'decryption-failed' } },
      { error: { code: 'bad-request' } },
    ]);
  });
});
