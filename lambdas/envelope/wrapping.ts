/**
 * How a tenant's data keys are wrapped: the seam for other key stores than KMS. Invariant: a wrapping opens
 * only what says that this tenant's key has wrapped it; it never tries another key.
 */
import type { EncryptedDataKey, KeyringNode } from '@aws-crypto/material-management-node';

export interface Wrapping {
  /**
   * Generates and wraps data keys, and unwraps what `owns` has let through: it throws WrappingFailed, or
   * anything else where it refuses these bytes under this context.
   */
  readonly keyring: KeyringNode;
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
