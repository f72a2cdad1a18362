/**
 * Data keys of records, in memory. Invariants: a data key is kept only as a key for HKDF that nobody can read out, its bytes
 * are overwritten as soon as it is imported; it seals a bounded number of records within a bounded time; and those that open
 * are bounded in number and time too. So a suspended tenant's records go on for `maxAgeMs` at most, in this client.
 */

import type { DataKeySource, EncryptionContext } from '../data-key-source.ts';
import type { CryptoKey } from '../web-crypto.ts';
import type { KeyScope } from './record-header.ts';
import { importDataKey, type RecordBinding } from './record-key.ts';

export interface RecordKeyLimits {
  /** how many records one data key seals at most */
  readonly maxRecords: number;
  /** how long a data key seals, and opens without asking anew */
  readonly maxAgeMs: number;
  /** how many data keys are kept to open with */
  readonly maxOpeningKeys: number;
}

export const defaultLimits: RecordKeyLimits = {
  maxRecords: 1000,
  maxAgeMs: 300_000,
  maxOpeningKeys: 1000,
};

export interface SealingKey {
  readonly key: CryptoKey;
  readonly wrapped: Uint8Array<ArrayBuffer>;
}

interface Kept<T> {
  readonly value: Promise<T>;
  readonly since: number;
  uses: number;
}

export class RecordDataKeys {
  readonly #source: DataKeySource;
  readonly #limits: RecordKeyLimits;
  readonly #now: () => number;
  readonly #sealing = new Map<string, Kept<SealingKey>>();
  readonly #opening = new Map<string, Kept<CryptoKey>>();

  constructor(source: DataKeySource, limits: RecordKeyLimits, now: () => number = Date.now) {
    this.#source = source;
    this.#limits = limits;
    this.#now = now;
  }

  /** @returns a data key for one sealing; those who ask at once share a request */
  toSeal(scope: KeyScope, binding: RecordBinding): Promise<SealingKey> {
    const context = contextOf(scope, binding);
    if (scope === 'own') return this.#generate(context);
    const known = this.#sealing.get(binding.type);
    if (known !== undefined && this.#isFresh(known) && known.uses < this.#limits.maxRecords) {
      known.uses += 1;
      return known.value;
    }
    return this.#keep(this.#sealing, binding.type, this.#generate(context));
  }

  /** @returns the data key that a header carries */
  toOpen(
    scope: KeyScope,
    binding: RecordBinding,
    wrapped: Uint8Array<ArrayBuffer>,
  ): Promise<CryptoKey> {
    const context = contextOf(scope, binding);
    const name = JSON.stringify([binding.type, scope === 'own' ? binding.id : '', [...wrapped]]);
    const known = this.#opening.get(name);
    if (known !== undefined && this.#isFresh(known)) return known.value;
    const opened = this.#keep(this.#opening, name, this.#open(wrapped, context));
    // The oldest come first. What is too old to open with is not kept either.
    for (const [oldest, entry] of this.#opening) {
      if (this.#opening.size <= this.#limits.maxOpeningKeys && this.#isFresh(entry)) break;
      this.#opening.delete(oldest);
    }
    return opened;
  }

  #keep<T>(kept: Map<string, Kept<T>>, name: string, value: Promise<T>): Promise<T> {
    const entry = { value, since: this.#now(), uses: 1 };
    kept.delete(name);
    kept.set(name, entry);
    // What failed is asked for anew the next time.
    value.catch(() => {
      if (kept.get(name) === entry) kept.delete(name);
    });
    return value;
  }

  #isFresh({ since }: Kept<unknown>): boolean {
    return this.#now() - since < this.#limits.maxAgeMs;
  }

  async #generate(context: EncryptionContext): Promise<SealingKey> {
    const { plaintext, wrapped } = await this.#source.generate(context);
    return { key: await importedAndWiped(plaintext), wrapped };
  }

  async #open(wrapped: Uint8Array<ArrayBuffer>, context: EncryptionContext): Promise<CryptoKey> {
    return importedAndWiped(await this.#source.open(wrapped, context));
  }
}

async function importedAndWiped(plaintext: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  try {
    return await importDataKey(plaintext);
  } finally {
    plaintext.fill(0);
  }
}

/** What KMS wraps the data key under, and CloudTrail logs: the format and the type, and of a record's own key its id. */
function contextOf(scope: KeyScope, { type, id }: RecordBinding): EncryptionContext {
  const shared = { 'record-format': 'tenant-keys/record/v1', 'record-type': type };
  return scope === 'own' ? { ...shared, 'record-id': id } : shared;
}
