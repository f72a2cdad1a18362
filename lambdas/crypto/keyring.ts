/**
 * How a tenant's data keys are wrapped: the seam for other key stores than KMS. Invariant: a wrapping opens
 * only what says that this tenant's key has wrapped it; it never tries another key.
 */
import type { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import type { DataKey } from './message/message-cipher.ts';

/** An AES-256 key, in a buffer that is the caller's to zero. */
export interface Unwrapped {
  readonly plaintext: Uint8Array;
  /** of the call that gave it, as the key store's own records have it */
  readonly requestId: string;
}

export interface GeneratedDataKey extends DataKey, Unwrapped {}

export interface Wrapping {
  /** @returns a new data key */
  generate(context: EncryptionContext): Promise<GeneratedDataKey>;
  /**
   * @param wrapped what `owns` has let through
   * @throws WrappingFailed, or anything else where the key store refuses these bytes under this context
   */
  unwrap(wrapped: EncryptedDataKey, context: EncryptionContext): Promise<Unwrapped>;
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
