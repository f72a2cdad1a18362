/** How a data key is asked for, from the cache or from what a batch has reserved of it. */

export interface CachedKey {
  /** the one copy that the cache has */
  readonly plaintext: Uint8Array;
  /** which material of the tenant's key wrapped it, where the key store names it */
  readonly keyMaterialId?: string | undefined;
}

/** What is encrypted with a data key. */
export interface Spends {
  readonly messages: number;
  readonly bytes: number;
}

export interface DataKeyRequest<K extends CachedKey> {
  /** a hash of everything that the data key depends on; see `cached-data-keys.ts` */
  readonly id: string;
  readonly tenantId: string;
  /** what is encrypted with it: nothing to decrypt a message, Infinity bytes for a data key that is never shared */
  readonly spends: Spends;
  /** that of before a rotation; to decrypt it makes no difference which it was */
  readonly supersededMaterialId?: string | undefined;
  /** calls the key store */
  call(): Promise<K>;
}

/** Where data keys are lent from. */
export interface DataKeys {
  /**
   * @param use must be done with the key when it returns: from then on its bytes may be zeroed
   * @returns what `use` returns
   * @throws what the call throws, to each request that waits for it
   */
  use<K extends CachedKey, T>(request: DataKeyRequest<K>, use: (key: K) => T): Promise<T>;
}
