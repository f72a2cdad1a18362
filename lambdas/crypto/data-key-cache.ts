/**
 * Data keys that are used more than once, in the function's memory. Invariant: a data key is reused only for a
 * request with the same id, within the limits of age, messages and bytes; its age counts from the begin of the call
 * to the key store; and a dropped key's bytes are zeroed as soon as nobody uses it any more.
 * Reuse is safe with algorithm suites that derive a key for each message, by HKDF with the message's own 32 random
 * bytes: no two messages are encrypted by the same key. The limits bound what one lost data key decrypts (AWS
 * Encryption SDK Developer Guide, "Setting cache security thresholds").
 */
import { LruMap } from '../caching/lru-map.ts';
import { requestStats } from '../observability/request-stats.ts';

/** Whole numbers. A 0 in any of them switches the cache off: then nothing is kept or shared. */
export interface DataKeyLimits {
  readonly maxAgeMs: number;
  /** messages that one data key encrypts, at most 2^32 */
  readonly maxMessages: number;
  /** bytes of plaintext that one data key encrypts */
  readonly maxBytes: number;
  /** data keys in memory; where one is too many, the one used longest ago is dropped */
  readonly maxEntries: number;
}

/** Since the cache was made. Each request is a hit or a miss. */
export interface DataKeyCounts {
  /** the data key was there */
  hits: number;
  /** had to wait for the key store, for a call of its own or of another request */
  misses: number;
  /** calls to the key store */
  calls: number;
}

export interface CachedKey {
  /** the one copy that the cache has */
  readonly plaintext: Uint8Array;
}

export interface DataKeyRequest<K extends CachedKey> {
  /** a hash of everything that the data key depends on; see `cached-data-keys.ts` */
  readonly id: string;
  readonly tenantId: string;
  /** what is encrypted with it: nothing to decrypt a message, Infinity bytes for a data key that is never shared */
  readonly spends: { readonly messages: number; readonly bytes: number };
  /** calls the key store */
  call(): Promise<K>;
}

/** The Encryption SDK's own limit for messages under one data key. */
const largestMaxMessages = 2 ** 32;

export class DataKeyCache {
  readonly #limits: DataKeyLimits;
  readonly #isOff: boolean;
  readonly #now: () => number;
  readonly #keys: LruMap<string, SharedKey>;
  readonly #counts: DataKeyCounts = { hits: 0, misses: 0, calls: 0 };

  /**
   * @param now epoch milliseconds; not a monotonic clock, which may stand still while Lambda has the function
   *   frozen
   * @throws RangeError for a limit that is not a whole number, or too large
   */
  constructor(limits: DataKeyLimits, now: () => number = Date.now) {
    const isLimit = (value: number) => Number.isSafeInteger(value) && value >= 0;
    if (!Object.values(limits).every(isLimit) || limits.maxMessages > largestMaxMessages) {
      throw new RangeError('limits of the data-key cache are whole numbers, messages 2^32 at most');
    }
    this.#limits = limits;
    this.#isOff = Object.values(limits).includes(0);
    this.#now = now;
    this.#keys = new LruMap(limits.maxEntries, (evicted) => evicted.drop());
  }

  get counts(): Readonly<DataKeyCounts> {
    return { ...this.#counts };
  }

  /**
   * @param use must be done with the key when it returns: from then on its bytes may be zeroed
   * @returns what `use` returns
   * @throws what the call throws, to each request that waits for it; the next request calls again
   */
  async use<K extends CachedKey, T>(request: DataKeyRequest<K>, use: (key: K) => T): Promise<T> {
    // Requests with the same id want the same kind of key, so the cast holds.
    const shared = (this.#find(request) as SharedKey<K> | undefined) ?? this.#begin(request);
    this.#counts[shared.isThere ? 'hits' : 'misses'] += 1;
    requestStats()?.count(shared.isThere ? 'DataKeyCacheHits' : 'DataKeyCacheMisses');
    return shared.use(use);
  }

  /** Drops the keys of a tenant, such as one that is no longer active. */
  forget(tenantId: string): void {
    this.#dropWhere((key) => key.tenantId === tenantId);
  }

  clear(): void {
    this.#dropWhere(() => true);
  }

  #find({ id, spends }: DataKeyRequest<CachedKey>): SharedKey | undefined {
    // Before the look-up, which would count as a use.
    if (this.#neverShares(spends.bytes)) return undefined;
    const key = this.#keys.get(id);
    if (key === undefined) return undefined;
    if (this.#isOver(key) || !key.spend(spends, this.#limits)) {
      this.#drop(id, key);
      return undefined;
    }
    return key;
  }

  #begin<K extends CachedKey>({ id, tenantId, spends, call }: DataKeyRequest<K>): SharedKey<K> {
    // Some keys are never asked for again. To look for them costs little beside a call to the key store.
    this.#dropWhere((old) => this.#isOver(old));
    this.#counts.calls += 1;
    const key = new SharedKey(tenantId, this.#now(), call);
    if (this.#neverShares(spends.bytes)) {
      key.drop();
      return key;
    }
    key.spend(spends, this.#limits);
    key.onFailure(() => this.#drop(id, key));
    this.#keys.set(id, key);
    return key;
  }

  /** A plaintext that is larger than the limit of bytes has a data key of its own. */
  #neverShares(bytes: number): boolean {
    return this.#isOff || bytes > this.#limits.maxBytes;
  }

  /** Too old, or from the future: then the clock was set back, and the age is not known. */
  #isOver({ begunAt }: SharedKey): boolean {
    const age = this.#now() - begunAt;
    return !(age >= 0 && age < this.#limits.maxAgeMs);
  }

  #dropWhere(isDue: (key: SharedKey) => boolean): void {
    for (const [id, key] of this.#keys) if (isDue(key)) this.#drop(id, key);
  }

  #drop(id: string, key: SharedKey): void {
    // If it was dropped before its call failed, another may have taken its place since.
    if (this.#keys.get(id) === key) this.#keys.delete(id);
    key.drop();
  }
}

/** A data key, from the moment at which the key store is called for it. */
class SharedKey<K extends CachedKey = CachedKey> {
  readonly tenantId: string;
  readonly begunAt: number;
  readonly #called: Promise<K>;
  #key: K | undefined;
  #messages = 0;
  #bytes = 0;
  #users = 0;
  #dropped = false;

  constructor(tenantId: string, begunAt: number, call: () => Promise<K>) {
    this.tenantId = tenantId;
    this.begunAt = begunAt;
    this.#called = call().then((key) => {
      this.#key = key;
      return key;
    });
  }

  get isThere(): boolean {
    return this.#key !== undefined;
  }

  onFailure(then: () => void): void {
    this.#called.catch(then);
  }

  /** @returns false where that is more than is left; then nothing is spent */
  spend(more: DataKeyRequest<K>['spends'], limits: DataKeyLimits): boolean {
    const messages = this.#messages + more.messages;
    const bytes = this.#bytes + more.bytes;
    if (messages > limits.maxMessages || bytes > limits.maxBytes) return false;
    this.#messages = messages;
    this.#bytes = bytes;
    return true;
  }

  async use<T>(use: (key: K) => T): Promise<T> {
    this.#users += 1;
    try {
      return use(await this.#called);
    } finally {
      this.#users -= 1;
      this.#zeroIfUnused();
    }
  }

  drop(): void {
    this.#dropped = true;
    this.#zeroIfUnused();
  }

  /** Not while a request waits to use it: that one would encrypt with zeros. */
  #zeroIfUnused(): void {
    if (this.#dropped && this.#users === 0) this.#key?.plaintext.fill(0);
  }
}
