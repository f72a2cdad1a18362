/**
 * A data key that several requests use, and what they have spent of it. Invariant: its bytes are zeroed once it is
 * dropped and nobody uses it any more, and not before.
 */
import type { CachedKey, Spends } from './data-key-request.ts';

export interface SpendLimits {
  /** messages that one data key encrypts, at most 2^32 */
  readonly maxMessages: number;
  /** bytes of plaintext that one data key encrypts */
  readonly maxBytes: number;
}

export const sumOf = (one: Spends, other: Spends): Spends => ({
  messages: one.messages + other.messages,
  bytes: one.bytes + other.bytes,
});

export const isWithin = ({ messages, bytes }: Spends, limits: SpendLimits): boolean =>
  messages <= limits.maxMessages && bytes <= limits.maxBytes;

/** A data key, from the moment at which the key store is called for it. */
export class SharedKey<K extends CachedKey = CachedKey> {
  readonly tenantId: string;
  readonly begunAt: number;
  readonly #called: Promise<K>;
  #key: K | undefined;
  #spent: Spends = { messages: 0, bytes: 0 };
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

  /** Also a key that is still on its way, or whose material the key store does not name: it may be that one. */
  mayBeUnder(materialId: string): boolean {
    const { keyMaterialId = materialId } = this.#key ?? {};
    return keyMaterialId === materialId;
  }

  onFailure(then: () => void): void {
    this.#called.catch(then);
  }

  hasRoomFor(more: Spends, limits: SpendLimits): boolean {
    return isWithin(sumOf(this.#spent, more), limits);
  }

  /** @returns false where that is more than is left; then nothing is spent */
  spend(more: Spends, limits: SpendLimits): boolean {
    if (!this.hasRoomFor(more, limits)) return false;
    this.#spent = sumOf(this.#spent, more);
    return true;
  }

  async use<T>(use: (key: K) => T): Promise<T> {
    this.hold();
    try {
      return use(await this.#called);
    } finally {
      this.release();
    }
  }

  /** As long as somebody holds it, its bytes stay. */
  hold(): void {
    this.#users += 1;
  }

  release(): void {
    this.#users -= 1;
    this.#zeroIfUnused();
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
