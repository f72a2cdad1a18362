/** A key store, a cache before it, and a clock: for the tests of the cache and of the data keys that it lends. */
import type { EncryptedDataKey } from '@aws-crypto/client-node';
import {
  type CachedKeyring,
  decryptionKeyUse,
  encryptionKeyUse,
} from '../../../lambdas/crypto/cached-data-keys.ts';
import { DataKeyCache, type DataKeyLimits } from '../../../lambdas/crypto/data-key-cache.ts';
import type { Keyring } from '../../../lambdas/key-stores/keyring.ts';
import { rawKeyring } from './raw-keyring.ts';

export const limits: DataKeyLimits = {
  maxAgeMs: 300_000,
  maxMessages: 100,
  maxBytes: 1000,
  maxEntries: 8,
};

/** For whom, under which key and for how much a data key is asked for. */
export interface Scope {
  readonly tenantId: string;
  readonly keyName: string;
  readonly plaintextBytes: number;
  readonly supersededMaterialId?: string | undefined;
}

export const scope: Scope = { tenantId: 'acme', keyName: 'arn:1', plaintextBytes: 10 };
export const context = { TenantId: 'acme', document: 'invoice-7' };

export type Context = Record<string, string>;

/** A key store that counts its calls, answers when `answered` lets it, and fails where told. */
export class Store {
  calls = 0;
  answered = Promise.resolve();
  failure: Error | undefined;
  /** the current one when a call begins, undefined where the store does not name it */
  material: string | undefined = 'first';
  /** the buffers of the data keys that it gave away */
  readonly given: Uint8Array[] = [];
  readonly #raw = rawKeyring('acme');

  /** Whatever its name, behind it is the same key. */
  keyring(keyName: string): Keyring {
    return {
      ...this.#raw,
      keyName,
      generateDataKey: async (bound) => {
        const { material: keyMaterialId } = this;
        await this.#call();
        const key = { ...(await this.#raw.generateDataKey(bound)), keyMaterialId };
        this.given.push(key.plaintext);
        return key;
      },
      unwrapDataKey: async (wrapped, bound) => {
        await this.#call();
        return this.#raw.unwrapDataKey(wrapped, bound);
      },
    };
  }

  async #call() {
    this.calls += 1;
    const { failure } = this;
    await this.answered;
    if (failure !== undefined) throw failure;
  }
}

export function dataKeyHarness(changed: Partial<DataKeyLimits> = {}, maxSupersededAgeMs = 0) {
  const clock = { time: 1_000_000 };
  const store = new Store();
  const now = () => clock.time;
  const cache = new DataKeyCache({ ...limits, ...changed }, { maxSupersededAgeMs, now });
  const cached = ({ tenantId, keyName, supersededMaterialId }: Scope = scope): CachedKeyring => ({
    tenantId,
    keyring: store.keyring(keyName),
    cache,
    supersededMaterialId,
  });
  return {
    clock,
    store,
    cache,
    cached,
    encryptionKey: (of = scope, bound: Context = context) =>
      encryptionKeyUse(cached(of), bound, of.plaintextBytes, ({ plaintext, wrapped }) => ({
        plaintext: hex(plaintext),
        wrapped,
      })).run(cache),
    decryptionKey: (wrapped: EncryptedDataKey, of = scope, bound: Context = context) =>
      decryptionKeyUse(cached(of), wrapped, bound, ({ plaintext }) => hex(plaintext)).run(cache),
  };
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
export const bytesOf = ({ wrapped }: { wrapped: EncryptedDataKey }) =>
  Buffer.from(wrapped.encryptedDataKey).toString('hex');
export const times = <T>(count: number, ask: () => Promise<T>) =>
  Promise.all(Array.from({ length: count }, ask));
