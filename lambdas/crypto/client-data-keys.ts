/**
 * Data keys for clients that make envelopes themselves. Invariant: a data key is wrapped by the tenant's key under
 * the whole context, as in a message, so that a message encrypted with it can be decrypted here; and it is not kept.
 */
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import type { DataKey, WrappedDataKey } from '../key-stores/data-key.ts';
import { decryptionError, type Keyring, type KeyStoreCall } from '../key-stores/keyring.ts';
import { requestStats } from '../observability/request-stats.ts';
import { dataKeyIdOf } from './cached-data-keys.ts';

const dataKeyBytes = 32;

export interface ClientDataKey {
  readonly wrappedDataKey: Uint8Array;
  /** in messages */
  readonly providerId: string;
  /** 32 bytes, where they were asked for */
  readonly plaintext: Uint8Array | undefined;
}

/** @param withPlaintext whether the client wants the data key itself; otherwise it never leaves the key store */
export async function generateClientDataKey(
  keyring: Keyring,
  context: EncryptionContext,
  withPlaintext: boolean,
): Promise<ClientDataKey> {
  const generated: WrappedDataKey & KeyStoreCall & Partial<DataKey> = withPlaintext
    ? await keyring.generateDataKey(context)
    : await keyring.generateDataKeyWithoutPlaintext(context);
  const { encryptedDataKey: wrappedDataKey, providerId } = generated.wrapped;
  noteCall(generated, wrappedDataKey);
  return { wrappedDataKey, providerId, plaintext: generated.plaintext };
}

/** @throws Problem 400 decryption-failed for what is no data key of this tenant under this context */
export async function decryptClientDataKey(
  keyring: Keyring,
  wrappedDataKey: Uint8Array,
  context: EncryptionContext,
): Promise<Uint8Array> {
  const wrapped = keyring.wrappedDataKeyFrom(wrappedDataKey);
  if (wrapped === undefined) throw decryptionFailed();
  const unwrapped = await keyring.unwrapDataKey(wrapped, context).catch((error) => {
    throw decryptionError(error);
  });
  noteCall(unwrapped, wrappedDataKey);
  // The tenant's key may have encrypted something else under this context, such as a plaintext of direct mode.
  if (unwrapped.plaintext.length !== dataKeyBytes) throw decryptionFailed();
  return unwrapped.plaintext;
}

function noteCall({ requestId }: KeyStoreCall, wrappedDataKey: Uint8Array): void {
  requestStats()?.addKmsCall(requestId, dataKeyIdOf(wrappedDataKey));
}
