/**
 * The one way to a tenant's key for envelopes and for clients' data keys: the seam for other key stores than KMS.
 * Invariant: a keyring unwraps only what it owns, that is what names this tenant's key; it never tries another key.
 */
import type { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import type { DataKey, WrappedDataKey } from './data-key.ts';

export interface KeyStoreCall {
  /** of the call that gave the data key, as the key store's own records have it */
  readonly requestId: string;
  /** the key material of the tenant's key that wrapped the data key, where the key store names it */
  readonly keyMaterialId?: string | undefined;
}

export interface UnwrappedDataKey extends KeyStoreCall {
  /** in a buffer that nobody else has: the caller may zero it */
  readonly plaintext: Uint8Array;
}

export interface Keyring {
  /** the tenant's key, as the key store and the messages name it */
  readonly keyName: string;
  /** @returns a new AES-256 key; nobody else has its buffer */
  generateDataKey(context: EncryptionContext): Promise<DataKey & KeyStoreCall>;
  /** The new key itself does not leave the key store. */
  generateDataKeyWithoutPlaintext(
    context: EncryptionContext,
  ): Promise<WrappedDataKey & KeyStoreCall>;
  /** @param plaintext of a data key that another key of the tenant has wrapped; its buffer stays the caller's */
  wrapDataKey(
    plaintext: Uint8Array,
    context: EncryptionContext,
  ): Promise<WrappedDataKey & KeyStoreCall>;
  /**
   * @param wrapped that the keyring owns
   * @throws KeyStoreFailure; CiphertextRefused where the key store refuses these bytes under this context
   */
  unwrapDataKey(wrapped: EncryptedDataKey, context: EncryptionContext): Promise<UnwrappedDataKey>;
  /**
   * Before each use of a data key, also of one in memory: whether the tenant is let in by what is not asked for a data key,
   * such as a role's trust policy. Absent: there is no such thing.
   * @param wrapped the data key that is to be unwrapped; absent: one that encrypts
   * @throws where it is not, or the store cannot say
   */
  requireAccess?(wrapped?: EncryptedDataKey): Promise<void>;
  /** Whether a message says that its data key was wrapped by the tenant's key. */
  owns(wrapped: EncryptedDataKey): boolean;
  /**
   * @param bytes that a client gives for a wrapped data key, without a message around it
   * @returns undefined where the key store cannot have made them
   */
  wrappedDataKeyFrom(bytes: Uint8Array): EncryptedDataKey | undefined;
}

/** A data key was not unwrapped, for a reason that is not in the given bytes, such as a throttled call. */
export class KeyStoreFailure extends Error {
  override readonly name = 'KeyStoreFailure';
  constructor(cause: unknown) {
    super('the data key could not be unwrapped', { cause });
  }
}

/** The key store has not wrapped these bytes by this key, or not under this context. */
export class CiphertextRefused extends Error {
  override readonly name = 'CiphertextRefused';
}

/** @returns the cause of a failure of the key store; of all other errors the caller learns only decryption-failed */
export const decryptionError = (error: unknown): unknown =>
  error instanceof KeyStoreFailure ? error.cause : decryptionFailed();
