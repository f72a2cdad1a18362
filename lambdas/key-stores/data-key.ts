/** A data key, as the key store has given it and as messages have it. */
import type { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { EncryptionContext } from '../../contract/encryption-context.ts';

/** What a message says of its data key. */
export interface WrappedDataKey {
  readonly wrapped: EncryptedDataKey;
  /** to which the key store has bound it */
  readonly context: EncryptionContext;
}

/** An AES-256 key, and the same as the key store has wrapped it, bound to a context. */
export interface DataKey extends WrappedDataKey {
  readonly plaintext: Uint8Array;
}
