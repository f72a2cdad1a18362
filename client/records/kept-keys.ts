/**
 * Keys by name, in memory: a bounded number of them, each for a bounded time. Those who ask for the same one at once wait for one
 * request. Invariant: only what has come takes a place from another, so requests that fail, however many, drive out nothing.
 */
export interface KeptKey<T> {
  readonly value: Promise<T>;
  readonly since: number;
  uses: number;
}

export interface KeptLimits {
  readonly maxKeys: number;
  readonly maxAgeMs: number;
}

export class KeptKeys<T> {
  readonly #limits: KeptLimits;
  readonly #now: () => number;
  /** asked for, and not there yet */
  readonly #pending = new Map<string, KeptKey<T>>();
  /** the oldest first */
  readonly #kept = new Map<string, KeptKey<T>>();

  constructor(limits: KeptLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** @returns one that is neither too old nor known to have failed */
  find(name: string): KeptKey<T> | undefined {
    const entry = this.#pending.get(name) ?? this.#kept.get(name);
    return entry !== undefined && this.#isFresh(entry) ? entry : undefined;
  }

  /** In the place of another of that name. What fails is asked for anew the next time. */
  add(name: string, value: Promise<T>): Promise<T> {
    const entry = { value, since: this.#now(), uses: 1 };
    this.#pending.set(name, entry);
    const isLast = () => this.#pending.get(name) === entry && this.#pending.delete(name);
    value.then(
      () => {
        if (isLast()) this.#keep(name, entry);
      },
      () => isLast(),
    );
    return value;
  }

  #keep(name: string, entry: KeptKey<T>): void {
    this.#kept.delete(name);
    this.#kept.set(name, entry);
    for (const [oldest, one] of this.#kept) {
      if (this.#kept.size <= this.#limits.maxKeys && this.#isFresh(one)) break;
      this.#kept.delete(oldest);
    }
  }

  #isFresh({ since }: KeptKey<T>): boolean {
    const ageMs = this.#now() - since;
    // From before the clock was set back: how old it is nobody knows.
    return ageMs >= 0 && ageMs < this.#limits.maxAgeMs;
  }
}
