/** A key store, a cache before it, and a clock: for the tests of the cache and of what is lent out of it. */
import type { EncryptedDataKey } from '@aws-crypto/client-node';
import {
  type CacheScope,
  cachedDataKeys,
  type DataKeys,
} from '../../../lambdas/crypto/cached-data-keys.ts';
import { DataKeyCache, type DataKeyLimits } from '../../../lambdas/crypto/data-key-cache.ts';
import type { Wrapping } from '../../../lambdas/crypto/keyring.ts';
import { rawWrapping } from './raw-keyring.ts';

export const limits: DataKeyLimits = {
  maxAgeMs: 300_000,
  maxMessages: 100,
  maxBytes: 1000,
  maxEntries: 8,
};
export const scope: CacheScope = { tenantId: 'acme', keyArn: 'arn:1', plaintextBytes: 10 };
export const context = { TenantId: 'acme', document: 'invoice-7' };

export type Context = Record<string, string>;

/** A key store that counts its calls, answers when `answered` lets it, and fails where told. */
export class Store implements Wrapping {
  calls = 0;
  answered = Promise.resolve();
  failure: Error | undefined;
  /** the buffers of the data keys that it gave away */
  readonly given: Uint8Array[] = [];
  readonly #wrapping = rawWrapping('acme');

  owns = (wrapped: EncryptedDataKey) => this.#wrapping.owns(wrapped);

  async generate(bound: Context) {
    await this.#call();
    const key = await this.#wrapping.generate(bound);
    this.given.push(key.plaintext);
    return key;
  }

  async unwrap(wrapped: EncryptedDataKey, bound: Context) {
    await this.#call();
    return this.#wrapping.unwrap(wrapped, bound);
  }

  async #call() {
    this.calls += 1;
    const { failure } = this;
    await this.answered;
    if (failure !== undefined) throw failure;
  }
}

/** A key store, a cache before it, and a clock of this test's own. */
export function world(changed: Partial<DataKeyLimits> = {}) {
  const clock = { time: 1_000_000 };
  const store = new Store();
  const cache = new DataKeyCache({ ...limits, ...changed }, () => clock.time);
  const dataKeys = (of: CacheScope = scope): DataKeys => cachedDataKeys(store, cache, of);
  return {
    clock,
    store,
    cache,
    dataKeys,
    encryptionKey: (of = scope, bound: Context = context) =>
      dataKeys(of).toSeal(bound, ({ plaintext, wrapped }) => ({
        plaintext: hex(plaintext),
        wrapped,
      })),
    decryptionKey: (wrapped: EncryptedDataKey, of = scope, bound: Context = context) =>
      dataKeys(of).toOpen(wrapped, bound, hex),
  };
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const bytesOf = ({ wrapped }: { wrapped: EncryptedDataKey }) =>
  Buffer.from(wrapped.encryptedDataKey).toString('hex');
export const times = <T>(count: number, ask: () => Promise<T>) =>
  Promise.all(Array.from({ length: count }, ask));
