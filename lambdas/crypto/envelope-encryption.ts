/**
 * Envelope mode: a tenant's bytes as a message of the AWS Encryption SDK. Invariant: a message is decrypted only as a
 * whole, under the tenant's own key, with exactly the context that it was encrypted with; none of its plaintext is
 * given out before all of it is verified; and whatever is wrong with it, the caller learns only decryption-failed.
 * The algorithm suite commits to the data key, so that a message has one plaintext at most. It does not sign: the
 * tenant role has the right to encrypt and the right to decrypt, so a signature would prove nothing more.
 */
import { type EncryptionContext, sameContext } from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import {
  type CachedKeyring,
  type DataKeyUse,
  decryptionKeyUse,
  encryptionKeyUse,
} from './cached-data-keys.ts';
import { decryptionError } from './keyring.ts';
import { decryptMessage, encryptMessage } from './message/message-cipher.ts';
import { type Message, parseMessage, publicKeyName } from './message/message-parser.ts';

/**
 * @param context with the tenant's id
 * @param dataKeyUse `own`: with a new data key, which no other message gets
 * @throws what the keyring throws
 */
export function encryptEnvelope(
  key: CachedKeyring,
  plaintext: Buffer,
  context: EncryptionContext,
  dataKeyUse: 'shared' | 'own' = 'shared',
): Promise<Buffer> {
  return envelopeEncryption(key, plaintext, context, dataKeyUse).run(key.cache);
}

/**
 * @param context with the tenant's id
 * @throws Problem 400 decryption-failed for whatever is wrong with the message
 * @throws the cause of a KeyStoreFailure
 */
export async function decryptEnvelope(
  key: CachedKeyring,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  return envelopeDecryption(key, ciphertext, context).run(key.cache);
}

/** As `encryptEnvelope`, but not done yet: first it says which data key it needs. */
export function envelopeEncryption(
  key: CachedKeyring,
  plaintext: Buffer,
  context: EncryptionContext,
  dataKeyUse: 'shared' | 'own' = 'shared',
): DataKeyUse<Buffer> {
  const plaintextBytes = dataKeyUse === 'own' ? Number.POSITIVE_INFINITY : plaintext.length;
  return encryptionKeyUse(key, context, plaintextBytes, (dataKey) =>
    encryptMessage(dataKey, plaintext),
  );
}

/**
 * As `decryptEnvelope`, but not done yet. What is wrong without a data key it refuses at once.
 * @throws Problem 400 decryption-failed
 */
export function envelopeDecryption(
  key: CachedKeyring,
  ciphertext: Buffer,
  context: EncryptionContext,
): DataKeyUse<Buffer> {
  const message = parseMessage(ciphertext);
  if (message === undefined || !key.keyring.owns(message.wrappedDataKey)) throw decryptionFailed();
  if (!sameContext(givenContext(message), context)) throw decryptionFailed();
  const { wrappedDataKey, encryptionContext } = message;
  const { request, run } = decryptionKeyUse(key, wrappedDataKey, encryptionContext, (dataKey) =>
    decryptMessage(dataKey, message),
  );
  return {
    request,
    run: (keys) =>
      run(keys).catch((error) => {
        throw decryptionError(error);
      }),
  };
}

/** The public key's name is the SDK's in signed messages only; in others it counts like any name. */
function givenContext({ encryptionContext, signed }: Message): EncryptionContext {
  if (!signed) return encryptionContext;
  const { [publicKeyName]: _, ...given } = encryptionContext;
  return given;
}
