/**
 * Data keys of records, in memory. Invariants: a data key is kept only as a key for HKDF that nobody can read out, its bytes
 * are overwritten as soon as it is imported; it seals a bounded number of records within a bounded time; and those that open
 * are bounded in number and time too. So a suspended tenant's records go on for `maxAgeMs` at most, in this client.
 */
import { toBase64 } from '../base64.ts';
import type { DataKeySource, EncryptionContext } from '../data-key-source.ts';
import { UsageError } from '../errors.ts';
import type { Claims } from '../http/call.ts';
import type { CryptoKey } from '../platform-crypto.ts';
import { KeptKeys } from './kept-keys.ts';
import type { KeyScope } from './record-header.ts';
import { importDataKey, type RecordBinding } from './record-key.ts';

export interface RecordKeyLimits {
  /** how many records one data key seals at most */
  readonly maxRecords: number;
  /** how long a data key seals, and opens without asking anew */
  readonly maxAgeMs: number;
  /** how many data keys are kept to open with, and as many to seal with */
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

export class RecordDataKeys {
  readonly #source: DataKeySource;
  readonly #limits: RecordKeyLimits;
  readonly #sealing: KeptKeys<SealingKey>;
  readonly #opening: KeptKeys<CryptoKey>;

  /** @throws UsageError for a limit that is no whole number above 0: a NaN would be none at all */
  constructor(source: DataKeySource, limits: RecordKeyLimits, now: () => number = Date.now) {
    for (const [name, limit] of Object.entries(limits)) {
      if (!Number.isSafeInteger(limit) || limit < 1)
        throw new UsageError(`${name} must be a whole number of at least 1`);
    }
    const { maxOpeningKeys: maxKeys, maxAgeMs } = limits;
    this.#source = source;
    this.#limits = limits;
    this.#sealing = new KeptKeys({ maxKeys, maxAgeMs }, now);
    this.#opening = new KeptKeys({ maxKeys, maxAgeMs }, now);
  }

  /**
   * @param claims of whom there is a data key each, so that the audit has everybody's request
   * @returns a data key for one sealing; those who ask at once share a request
   */
  toSeal(scope: KeyScope, binding: RecordBinding, claims: Claims = {}): Promise<SealingKey> {
    const context = contextOf(scope, binding);
    if (scope === 'own') return this.#generate(context, claims);
    const name = nameOf(claims, [binding.type]);
    const known = this.#sealing.find(name);
    if (known !== undefined && known.uses < this.#limits.maxRecords) {
      known.uses += 1;
      return known.value;
    }
    return this.#sealing.add(name, this.#generate(context, claims));
  }

  /** @returns the data key that a header carries */
  toOpen(
    scope: KeyScope,
    binding: RecordBinding,
    wrapped: Uint8Array<ArrayBuffer>,
    claims: Claims = {},
  ): Promise<CryptoKey> {
    const id = scope === 'own' ? binding.id : '';
    const name = nameOf(claims, [binding.type, id, toBase64(wrapped)]);
    const known = this.#opening.find(name);
    if (known !== undefined) return known.value;
    return this.#opening.add(name, this.#open(wrapped, contextOf(scope, binding), claims));
  }

  async #generate(context: EncryptionContext, claims: Claims): Promise<SealingKey> {
    const { plaintext, wrapped } = await this.#source.generate(context, only(claims));
    return { key: await importedAndWiped(plaintext), wrapped };
  }

  async #open(
    wrapped: Uint8Array<ArrayBuffer>,
    context: EncryptionContext,
    claims: Claims,
  ): Promise<CryptoKey> {
    return importedAndWiped(await this.#source.open(wrapped, context, only(claims)));
  }
}

async function importedAndWiped(plaintext: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  try {
    return await importDataKey(plaintext);
  } finally {
    plaintext.fill(0);
  }
}

const nameOf = ({ actor, label }: Claims, parts: readonly string[]): string =>
  JSON.stringify([actor ?? null, label ?? null, ...parts]);

/** Whoever gives them may give a signal too, which must not stop a request that others wait for. */
const only = ({ actor, label }: Claims): Claims => ({ actor, label });

/** What KMS wraps the data key under, and CloudTrail logs: the format and the type, and of a record's own key its id. */
function contextOf(scope: KeyScope, { type, id }: RecordBinding): EncryptionContext {
  const shared = { 'record-format': 'tenant-keys/record/v1', 'record-type': type };
  return scope === 'own' ? { ...shared, 'record-id': id } : shared;
}
