/**
 * Envelope mode: a tenant's bytes as a message of the AWS Encryption SDK. Invariant: a message is decrypted only as a
 * whole, under the tenant's own key, with exactly the context that it was encrypted with; none of its plaintext is
 * given out before all of it is verified; and whatever is wrong with it, the caller learns only decryption-failed.
 * The algorithm suite commits to the data key, so that a message has one plaintext at most. It does not sign: the
 * tenant role has the right to encrypt and the right to decrypt, so a signature would prove nothing more.
 */
import {
  type EncryptionContext,
  publicKeyName,
  sameContext,
} from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import { decryptionError } from '../key-stores/keyring.ts';
import {
  type CachedKeyring,
  type DataKeyUse,
  decryptionKeyUse,
  encryptionKeyUse,
} from './cached-data-keys.ts';
import { decryptMessage, encryptMessage, plaintextBytesOf } from './message/message-cipher.ts';
import { type Message, parseMessage } from './message/message-parser.ts';

/**
 * @param context with the tenant's id
 * @throws what the keyring throws
 */
export function encryptEnvelope(
  key: CachedKeyring,
  plaintext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  return envelopeEncryption(key, plaintext, context).run(key.cache);
}

/** A message's plaintext, and the key material that it was under, where the key store names it. */
export interface OpenedEnvelope {
  readonly plaintext: Buffer;
  readonly keyMaterialId: string | undefined;
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
  return (await envelopeDecryption(key, ciphertext, context).run(key.cache)).plaintext;
}

/**
 * What a message says of itself. It is not authenticated yet.
 * @throws Problem 400 decryption-failed for what is no message, or names another key
 */
export function ownMessage({ keyring }: CachedKeyring, ciphertext: Buffer): Message {
  const message = parseMessage(ciphertext);
  if (message === undefined || !keyring.owns(message.wrappedDataKey)) throw decryptionFailed();
  return message;
}

/** As `encryptEnvelope`, but not done yet: first it says which data key it needs. */
export const envelopeEncryption = (
  key: CachedKeyring,
  plaintext: Buffer,
  context: EncryptionContext,
): DataKeyUse<Buffer> =>
  encryptionKeyUse(key, context, plaintext.length, (dataKey) => encryptMessage(dataKey, plaintext));

export type EnvelopeDecryption = DataKeyUse<OpenedEnvelope> & { readonly plaintextBytes: number };

/**
 * As `decryptEnvelope`, but not done yet. What is wrong without a data key it refuses at once.
 * @throws Problem 400 decryption-failed
 */
export const envelopeDecryption = (
  key: CachedKeyring,
  ciphertext: Buffer,
  context: EncryptionContext,
): EnvelopeDecryption => messageDecryption(key, ownMessage(key, ciphertext), context);

/** @param message one of {@link ownMessage} */
export function messageDecryption(
  key: CachedKeyring,
  message: Message,
  context: EncryptionContext,
): EnvelopeDecryption {
  if (!sameContext(givenContext(message), context)) throw decryptionFailed();
  const { wrappedDataKey, encryptionContext } = message;
  const { request, run } = decryptionKeyUse(
    key,
    wrappedDataKey,
    encryptionContext,
    ({ plaintext, keyMaterialId }) => ({
      plaintext: decryptMessage(plaintext, message),
      keyMaterialId,
    }),
  );
  return {
    request,
    plaintextBytes: plaintextBytesOf(message),
    run: (keys) =>
      run(keys).catch((error) => {
        throw decryptionError(error);
      }),
  };
}

/** The public key's name is the SDK's in signed messages only; in others it counts like any name. */
export function givenContext({ encryptionContext, signed }: Message): EncryptionContext {
  if (!signed) return encryptionContext;
  const { [publicKeyName]: _, ...given } = encryptionContext;
  return given;
}
