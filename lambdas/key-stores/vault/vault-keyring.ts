/**
 * Data keys wrapped by one key of Vault's transit engine. Invariant: each call names the key, and Vault's policy allows the session
 * its own tenant's alone; a data key is bound to its encryption context by associated data, which the session has proved before
 * its first use. docs/key-stores/vault.md has the format.
 */
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import { CiphertextRefused, type Keyring, KeyStoreFailure } from '../keyring.ts';
import { associatedDataOf } from './associated-data.ts';
import { provenWrapping } from './proven-wrapping.ts';
import { unwrap, wrapGiven } from './transit-engine.ts';
import { ciphertextOf, versionOf } from './vault-ciphertext.ts';
import { type KeyLocation, keyNameOf } from './vault-names.ts';
import type { VaultSession } from './vault-session.ts';

/** In messages. The AWS Encryption SDK has no keyring for it. */
const providerId = 'hashicorp-vault';

/** @param session of the tenant */
export function vaultKeyring(
  session: VaultSession,
  location: KeyLocation,
  tenantId: string,
): Keyring {
  const key = { transitMount: location.transitMount, name: tenantId };
  const keyName = keyNameOf(location, tenantId);
  const wrappedAs = (encryptedDataKey: Uint8Array) =>
    new EncryptedDataKey({ providerId, providerInfo: keyName, encryptedDataKey });
  const ofText = (ciphertext: string) =>
    wrappedAs(new Uint8Array(Buffer.from(ciphertext, 'latin1')));

  return {
    keyName,

    async generateDataKey(context) {
      const { newDataKey } = await provenWrapping(session, key);
      const made = await newDataKey(session, key, associatedDataOf(context));
      const { plaintext, ciphertext, version: keyMaterialId, requestId } = made;
      return { plaintext, wrapped: ofText(ciphertext), context, requestId, keyMaterialId };
    },

    async generateDataKeyWithoutPlaintext(context) {
      const { newWrappedDataKey } = await provenWrapping(session, key);
      const made = await newWrappedDataKey(session, key, associatedDataOf(context));
      const { ciphertext, version: keyMaterialId, requestId } = made;
      return { wrapped: ofText(ciphertext), context, requestId, keyMaterialId };
    },

    async wrapDataKey(plaintext, context) {
      await provenWrapping(session, key);
      const made = await wrapGiven(session, key, plaintext, associatedDataOf(context));
      return { wrapped: ofText(made.ciphertext), context, requestId: made.requestId };
    },

    async unwrapDataKey({ encryptedDataKey }, context) {
      const ciphertext = ciphertextOf(encryptedDataKey);
      if (ciphertext === undefined) throw new CiphertextRefused();
      try {
        await provenWrapping(session, key);
        const unwrapped = await unwrap(session, key, ciphertext, associatedDataOf(context));
        return { ...unwrapped, keyMaterialId: versionOf(ciphertext) };
      } catch (error) {
        throw error instanceof CiphertextRefused ? error : new KeyStoreFailure(error);
      }
    },

    owns: (wrapped) =>
      wrapped.providerId === providerId &&
      wrapped.providerInfo === keyName &&
      ciphertextOf(wrapped.encryptedDataKey) !== undefined,

    wrappedDataKeyFrom: (bytes) =>
      ciphertextOf(bytes) === undefined ? undefined : wrappedAs(bytes),
  };
}
