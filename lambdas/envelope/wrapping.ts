/**
 * How a tenant's data keys are wrapped: the seam for other key stores than KMS. Invariant: a wrapping opens
 * only what says that this tenant's key has wrapped it; it never tries another key.
 */
import type { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { EncryptionContext } from './context.ts';

/** An AES-256 key, and the same as the key store has wrapped it, bound to a context. */
export interface DataKey {
  readonly plaintext: Uint8Array;
  readonly context: EncryptionContext;
  readonly wrapped: EncryptedDataKey;
}

export interface Wrapping {
  /** @returns a new data key, in a buffer that is the caller's to zero */
  generate(context: EncryptionContext): Promise<DataKey>;
  /**
   * @param wrapped what `owns` has let through
   * @returns the data key, in a buffer that is the caller's to zero
   * @throws WrappingFailed, or anything else where the key store refuses these bytes under this context
   */
  unwrap(wrapped: EncryptedDataKey, context: EncryptionContext): Promise<Uint8Array>;
  /** whether a message says that its data key was wrapped by the tenant's key */
  owns(wrapped: EncryptedDataKey): boolean;
}

/** Unwrapping failed for a reason that is not in the message, such as a throttled call. */
export class WrappingFailed extends Error {
  override readonly name = 'WrappingFailed';
  constructor(cause: unknown) {
    super('the data key could not be unwrapped', { cause });
  }
}
