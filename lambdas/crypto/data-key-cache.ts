/**
 * Data keys that are used more than once, in the function's memory. Invariant: a data key is reused only for a
 * request with the same id, within the limits of age, messages and bytes; its age counts from the begin of the call
 * to the key store; and a dropped key's bytes are zeroed as soon as nobody uses it any more.
 * After a rotation the material that it superseded encrypts no longer than `maxSupersededAgeMs` after the key store
 * last gave a data key under it: until the new material is current, a data key lives only so long.
 * Reuse is safe with algorithm suites that derive a key for each message, by HKDF with the message's own 32 random
 * bytes: no two messages are encrypted by the same key. The limits bound what one lost data key decrypts (AWS
 * Encryption SDK Developer Guide, "Setting cache security thresholds").
 */
import { LruMap } from '../caching/lru-map.ts';
import { requestStats } from '../observability/request-stats.ts';
import type { CachedKey, DataKeyRequest, DataKeys } from './data-key-request.ts';
import { type Reservation, reservation } from './data-key-reservation.ts';
import { SharedKey, type SpendLimits } from './shared-data-key.ts';

/** Whole numbers. A 0 in any of them switches the cache off: then nothing is kept or shared. */
export interface DataKeyLimits extends SpendLimits {
  readonly maxAgeMs: number;
  /** data keys in memory; where one is too many, the one used longest ago is dropped */
  readonly maxEntries: number;
}

export interface DataKeyCacheOptions {
  /** the age of a data key under a material that the request takes for superseded; 0: it is not used again */
  readonly maxSupersededAgeMs?: number;
  /**
   * epoch milliseconds; not a monotonic clock, which may stand still while Lambda has the function frozen
   */
  readonly now?: () => number;
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

/** The Encryption SDK's own limit for messages under one data key. */
const largestMaxMessages = 2 ** 32;

export class DataKeyCache implements DataKeys {
  readonly #limits: DataKeyLimits;
  readonly #isOff: boolean;
  readonly #maxSupersededAgeMs: number;
  readonly #now: () => number;
  readonly #keys: LruMap<string, SharedKey>;
  readonly #counts: DataKeyCounts = { hits: 0, misses: 0, calls: 0 };

  /** @throws RangeError for a limit that is not a whole number, or too large */
  constructor(
    limits: DataKeyLimits,
    { maxSupersededAgeMs = 0, now = Date.now }: DataKeyCacheOptions = {},
  ) {
    const isLimit = (value: number) => Number.isSafeInteger(value) && value >= 0;
    if (!Object.values(limits).every(isLimit) || limits.maxMessages > largestMaxMessages) {
      throw new RangeError('limits of the data-key cache are whole numbers, messages 2^32 at most');
    }
    this.#limits = limits;
    this.#isOff = Object.values(limits).includes(0);
    this.#maxSupersededAgeMs = maxSupersededAgeMs;
    this.#now = now;
    this.#keys = new LruMap(limits.maxEntries, (evicted) => evicted.drop());
  }

  get counts(): Readonly<DataKeyCounts> {
    return { ...this.#counts };
  }

  /** After a call that failed, the next request calls again. */
  async use<K extends CachedKey, T>(request: DataKeyRequest<K>, use: (key: K) => T): Promise<T> {
    return this.#lend(this.#take(request), use);
  }

  /**
   * Calls nothing yet. Not async: nobody else uses the cache between the first look and the last.
   * @param requests all of one batch, in its order
   * @returns undefined where they need more than `maxCalls` calls to the key store; then nothing is spent
   */
  reserve(
    requests: readonly DataKeyRequest<CachedKey>[],
    maxCalls: number,
  ): Reservation | undefined {
    return reservation(requests, maxCalls, {
      limits: this.#limits,
      neverShares: ({ spends }) => this.#neverShares(spends.bytes),
      look: (request) => this.#look(request),
      take: (request) => this.#take(request),
      lend: (key, use) => this.#lend(key, use),
    });
  }

  /** Drops the keys of a tenant, such as one that is no longer active. */
  forget(tenantId: string): void {
    this.#dropWhere((key) => key.tenantId === tenantId);
  }

  clear(): void {
    this.#dropWhere(() => true);
  }

  #lend<K extends CachedKey, T>(shared: SharedKey<K>, use: (key: K) => T): Promise<T> {
    this.#counts[shared.isThere ? 'hits' : 'misses'] += 1;
    requestStats()?.count(shared.isThere ? 'DataKeyCacheHits' : 'DataKeyCacheMisses');
    return shared.use(use);
  }

  /** Requests with the same id want the same kind of key, so the cast holds. */
  #take<K extends CachedKey>(request: DataKeyRequest<K>): SharedKey<K> {
    return (this.#find(request) as SharedKey<K> | undefined) ?? this.#begin(request);
  }

  #look(request: DataKeyRequest<CachedKey>): SharedKey | undefined {
    const key = this.#keys.get(request.id);
    return key === undefined || this.#isOverFor(request, key) ? undefined : key;
  }

  #find(request: DataKeyRequest<CachedKey>): SharedKey | undefined {
    const { id, spends } = request;
    // Before the look-up, which would count as a use.
    if (this.#neverShares(spends.bytes)) return undefined;
    const key = this.#keys.get(id);
    if (key === undefined) return undefined;
    if (this.#isOverFor(request, key) || !key.spend(spends, this.#limits)) {
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

  #isOver(key: SharedKey): boolean {
    return this.#isAsOldAs(this.#limits.maxAgeMs, key);
  }

  #isOverFor({ supersededMaterialId }: DataKeyRequest<CachedKey>, key: SharedKey): boolean {
    if (this.#isOver(key)) return true;
    return (
      supersededMaterialId !== undefined &&
      key.mayBeUnder(supersededMaterialId) &&
      this.#isAsOldAs(this.#maxSupersededAgeMs, key)
    );
  }

  /** Or from the future: then the clock was set back, and the age is not known. */
  #isAsOldAs(maxAgeMs: number, { begunAt }: SharedKey): boolean {
    const age = this.#now() - begunAt;
    return !(age >= 0 && age < maxAgeMs);
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
