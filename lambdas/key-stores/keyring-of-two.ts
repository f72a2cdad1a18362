/**
 * The keyring of a tenant whose key is moving to another store: one key encrypts, and both decrypt. Invariant: what names
 * a key is unwrapped by that key alone. Only wrapped data keys that came without a message, and so name none, are tried
 * with both, where both are keys in KMS.
 */
import type { EncryptedDataKey } from '@aws-crypto/material-management-node';
import { type Keyring, KeyStoreFailure } from './keyring.ts';

/** @param decrypting encrypts nothing */
export function keyringOfTwo(encrypting: Keyring, decrypting: Keyring): Keyring {
  /** Wrapped data keys that may be of either key, each as one of the second. */
  const ambiguous = new WeakMap<EncryptedDataKey, EncryptedDataKey>();
  const ownerOf = (wrapped: EncryptedDataKey) =>
    encrypting.owns(wrapped) ? encrypting : decrypting;

  return {
    ...encrypting,
    async requireAccess(wrapped) {
      const keyring = wrapped === undefined ? encrypting : ownerOf(wrapped);
      await keyring.requireAccess?.(wrapped);
    },
    owns: (wrapped) => encrypting.owns(wrapped) || decrypting.owns(wrapped),
    async unwrapDataKey(wrapped, context) {
      const other = ambiguous.get(wrapped);
      if (other === undefined) return ownerOf(wrapped).unwrapDataKey(wrapped, context);
      return encrypting.unwrapDataKey(wrapped, context).catch((error: unknown) => {
        if (error instanceof KeyStoreFailure) throw error;
        return decrypting.unwrapDataKey(other, context);
      });
    },
    wrappedDataKeyFrom(bytes) {
      const ofFirst = encrypting.wrappedDataKeyFrom(bytes);
      const ofSecond = decrypting.wrappedDataKeyFrom(bytes);
      if (ofFirst === undefined || ofSecond === undefined) return ofFirst ?? ofSecond;
      if (ofFirst.providerId === ofSecond.providerId) {
        ambiguous.set(ofFirst, ofSecond);
        return ofFirst;
      }
      // KMS's ciphertexts have no form that we know; those of other stores have.
      return ofFirst.providerId === 'aws-kms' ? ofSecond : ofFirst;
    },
  };
}
