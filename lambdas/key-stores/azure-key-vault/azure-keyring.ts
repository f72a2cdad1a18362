/**
 * Data keys wrapped by one key in Azure Key Vault. Invariant: each call names the key, and Azure's role assignment allows the
 * identity its own tenant's alone; a data key is bound to its encryption context by what is wrapped with it. Wrapping takes
 * no more than the key's public half, so that a wrapped data key does not show who has wrapped it.
 */
import { randomBytes } from 'node:crypto';
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { EncryptionContext } from '../../../contract/encryption-context.ts';
import { CiphertextRefused, type Keyring, KeyStoreFailure } from '../keyring.ts';
import { AzureUnavailable } from './azure-errors.ts';
import { keyNameOf } from './azure-names.ts';
import type { AzureSession } from './entra-session.ts';
import { type KeyReference, unwrapKey, wrapKey } from './key-operations.ts';
import {
  boundToContext,
  bytesOf,
  dataKeyBytes,
  dataKeyOf,
  wrappedByVersion,
} from './wrapped-data-key.ts';

/** In messages. The AWS Encryption SDK has no keyring for it. */
const providerId = 'azure-key-vault';

/** @param session of the tenant's identity */
export function azureKeyring(session: AzureSession, key: KeyReference): Keyring {
  const keyName = keyNameOf(key, key.tenantId);
  const wrappedAs = (encryptedDataKey: Uint8Array) =>
    new EncryptedDataKey({ providerId, providerInfo: keyName, encryptedDataKey });

  const wrap = async (dataKey: Uint8Array, context: EncryptionContext) => {
    const bound = boundToContext(dataKey, context);
    const made = await wrapKey(session, key, bound).finally(() => bound.fill(0));
    const bytes = bytesOf(made);
    if (bytes === undefined) throw new AzureUnavailable('nonsense');
    const { requestId, version: keyMaterialId } = made;
    return { wrapped: wrappedAs(bytes), context, requestId, keyMaterialId };
  };
  /** The vault makes no data keys: the function does, by the generator of Node.js. */
  const generateDataKey = async (context: EncryptionContext) => {
    const plaintext = new Uint8Array(randomBytes(dataKeyBytes));
    return { ...(await wrap(plaintext, context)), plaintext };
  };

  return {
    keyName,
    generateDataKey,
    async generateDataKeyWithoutPlaintext(context) {
      const { plaintext, ...wrapped } = await generateDataKey(context);
      plaintext.fill(0);
      return wrapped;
    },
    wrapDataKey: wrap,

    async unwrapDataKey({ encryptedDataKey }, context) {
      const wrapped = wrappedByVersion(encryptedDataKey);
      if (wrapped === undefined) throw new CiphertextRefused();
      const unwrapped = await unwrapKey(session, key, wrapped).catch((error: unknown) => {
        throw error instanceof CiphertextRefused ? error : new KeyStoreFailure(error);
      });
      const plaintext = dataKeyOf(unwrapped.plaintext, context);
      if (plaintext === undefined) throw new CiphertextRefused();
      return { plaintext, requestId: unwrapped.requestId, keyMaterialId: wrapped.version };
    },

    owns: (wrapped) =>
      wrapped.providerId === providerId &&
      wrapped.providerInfo === keyName &&
      wrappedByVersion(wrapped.encryptedDataKey) !== undefined,

    wrappedDataKeyFrom: (bytes) =>
      wrappedByVersion(bytes) === undefined ? undefined : wrappedAs(bytes),
  };
}
