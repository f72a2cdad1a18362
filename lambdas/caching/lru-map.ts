/** A map of bounded size: where one entry is too many, the one used longest ago is dropped. */
export class LruMap<K, V> extends Map<K, V> {
  readonly #maxEntries: number;
  readonly #onEvicted: ((value: V) => void) | undefined;

  /** @param onEvicted is given what was dropped for want of room, not what was deleted or replaced */
  constructor(maxEntries: number, onEvicted?: (value: V) => void) {
    super();
    this.#maxEntries = maxEntries;
    this.#onEvicted = onEvicted;
  }

  /** Counts as a use. */
  override get(key: K): V | undefined {
    const value = super.get(key);
    if (value !== undefined) this.#moveToEnd(key, value);
    return value;
  }

  override set(key: K, value: V): this {
    this.#moveToEnd(key, value);
    if (this.size > this.#maxEntries) this.#evictFirst();
    return this;
  }

  #evictFirst(): void {
    const [key, value] = this.entries().next().value as [K, V];
    this.delete(key);
    this.#onEvicted?.(value);
  }

  /** A map keeps its entries in the order in which they were added. */
  #moveToEnd(key: K, value: V): void {
    this.delete(key);
    super.set(key, value);
  }
}
