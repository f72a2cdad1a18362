/**
 * Data keys that are used more than once, in the function's memory. Invariant: a data key serves only those
 * who ask for exactly the same, within its age, messages and bytes; the age counts from the moment at which
 * the key store was asked; and when the last of its users is done with a dropped key, its bytes are zeroed.
 * Reuse is safe with suites that derive a key for each message, by HKDF with the message's own 32 random
 * bytes: no two messages are encrypted by the same key. The limits bound what one lost data key opens (AWS
 * Encryption SDK Developer Guide, "Setting cache security thresholds").
 */

import { requestStats } from '../observability/request-stats.ts';

/** Whole numbers. 0 in any of them switches the cache off: then nothing is kept and nobody shares. */
export interface DataKeyLimits {
  readonly maxAgeMs: number;
  /** messages that one data key encrypts, at most 2^32 */
  readonly maxMessages: number;
  /** bytes of plaintext that one data key encrypts */
  readonly maxBytes: number;
  /** data keys in memory; beyond it, the one used longest ago is dropped */
  readonly maxEntries: number;
}

/** Since the cache was made. Each who asks is a hit or a miss. */
export interface DataKeyCounts {
  /** found the data key there */
  hits: number;
  /** waited for the key store, by a call of one's own or another's */
  misses: number;
  /** calls to the key store */
  calls: number;
}

export interface CachedKey {
  /** the one copy that the cache has */
  readonly plaintext: Uint8Array;
}

export interface DataKeyRequest<K extends CachedKey> {
  /** says everything that the data key depends on; see `cached-data-keys.ts` */
  readonly id: string;
  readonly tenantId: string;
  /** what is encrypted with it; nothing where a message is opened, Infinity where nothing may be shared */
  readonly spends: { readonly messages: number; readonly bytes: number };
  /** asks the key store */
  call(): Promise<K>;
}

/** The Encryption SDK's own limit for messages under one data key. */
const mostMessages = 2 ** 32;

export class DataKeyCache {
  readonly #limits: DataKeyLimits;
  readonly #now: () => number;
  /** Last in the map is used last. */
  readonly #keys = new Map<string, SharedKey>();
  readonly #counts: DataKeyCounts = { hits: 0, misses: 0, calls: 0 };

  /**
   * @param now epoch milliseconds; not a monotonic clock, which may stand still while Lambda has the function
   *   frozen
   * @throws RangeError for a limit that is none
   */
  constructor(limits: DataKeyLimits, now: () => number = Date.now) {
    const isLimit = (value: number) => Number.isSafeInteger(value) && value >= 0;
    if (!Object.values(limits).every(isLimit) || limits.maxMessages > mostMessages) {
      throw new RangeError('limits of the data-key cache are whole numbers, messages 2^32 at most');
    }
    this.#limits = limits;
    this.#now = now;
  }

  get counts(): Readonly<DataKeyCounts> {
    return { ...this.#counts };
  }

  /**
   * @param use is done with the key when it returns: then its bytes may be zeroed
   * @returns what `use` returns
   * @throws what the call throws, to all who wait for it; then the next who asks calls again
   */
  async use<K extends CachedKey, T>(request: DataKeyRequest<K>, use: (key: K) => T): Promise<T> {
    // A hash that says everything a data key depends on says its type too.
    const shared = (this.#shared(request) as SharedKey<K> | undefined) ?? this.#begin(request);
    this.#counts[shared.landed ? 'hits' : 'misses'] += 1;
    requestStats()?.count(shared.landed ? 'DataKeyCacheHits' : 'DataKeyCacheMisses');
    return shared.use(use);
  }

  /** Drops the keys of a tenant, such as one that is no longer active. */
  forget(tenantId: string): void {
    this.#dropWhere((key) => key.tenantId === tenantId);
  }

  clear(): void {
    this.#dropWhere(() => true);
  }

  #shared({ id, spends }: DataKeyRequest<CachedKey>): SharedKey | undefined {
    const key = this.#keys.get(id);
    if (key === undefined || this.#neverShares(spends.bytes)) return undefined;
    if (this.#isOver(key) || !key.spend(spends, this.#limits)) {
      this.#drop(id, key);
      return undefined;
    }
    this.#keys.delete(id);
    this.#keys.set(id, key);
    return key;
  }

  #begin<K extends CachedKey>({ id, tenantId, spends, call }: DataKeyRequest<K>): SharedKey<K> {
    // Old keys of those who never ask again: a call to the key store costs more than to look for them.
    this.#dropWhere((old) => this.#isOver(old));
    this.#counts.calls += 1;
    const key = new SharedKey(tenantId, this.#now(), call);
    if (this.#neverShares(spends.bytes)) {
      key.drop();
      return key;
    }
    key.spend(spends, this.#limits);
    key.failed(() => this.#drop(id, key));
    this.#keys.set(id, key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.#limits.maxEntries && oldest !== undefined) this.#drop(...oldest);
    return key;
  }

  /** A plaintext larger than a data key may encrypt has a data key to itself. */
  #neverShares(bytes: number): boolean {
    return bytes > this.#limits.maxBytes || Object.values(this.#limits).includes(0);
  }

  /** Older than it may be, or from the future: then the clock was set back, and its age is not known. */
  #isOver({ begunAt }: SharedKey): boolean {
    const age = this.#now() - begunAt;
    return !(age >= 0 && age < this.#limits.maxAgeMs);
  }

  #dropWhere(isDue: (key: SharedKey) => boolean): void {
    for (const [id, key] of this.#keys) if (isDue(key)) this.#drop(id, key);
  }

  #drop(id: string, key: SharedKey): void {
    // Another may be in its place by now, if it was dropped before its call failed.
    if (this.#keys.get(id) === key) this.#keys.delete(id);
    key.drop();
  }
}

/** A data key, from the moment at which it is asked for. */
class SharedKey<K extends CachedKey = CachedKey> {
  readonly tenantId: string;
  readonly begunAt: number;
  readonly #flight: Promise<K>;
  #key: K | undefined;
  #messages = 0;
  #bytes = 0;
  #users = 0;
  #dropped = false;

  constructor(tenantId: string, begunAt: number, call: () => Promise<K>) {
    this.tenantId = tenantId;
    this.begunAt = begunAt;
    this.#flight = call().then((key) => {
      this.#key = key;
      return key;
    });
  }

  get landed(): boolean {
    return this.#key !== undefined;
  }

  failed(then: () => void): void {
    this.#flight.catch(then);
  }

  /** @returns false, and spends nothing, where that is more than is left */
  spend(more: { messages: number; bytes: number }, most: DataKeyLimits): boolean {
    const messages = this.#messages + more.messages;
    const bytes = this.#bytes + more.bytes;
    if (messages > most.maxMessages || bytes > most.maxBytes) return false;
    this.#messages = messages;
    this.#bytes = bytes;
    return true;
  }

  async use<T>(use: (key: K) => T): Promise<T> {
    this.#users += 1;
    try {
      return use(await this.#flight);
    } finally {
      this.#users -= 1;
      this.#wipe();
    }
  }

  drop(): void {
    this.#dropped = true;
    this.#wipe();
  }

  /** Not while somebody waits to use it: he would encrypt with zeros. */
  #wipe(): void {
    if (this.#dropped && this.#users === 0) this.#key?.plaintext.fill(0);
  }
}
