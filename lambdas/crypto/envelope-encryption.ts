/**
 * A tenant's bytes in the message format of the AWS Encryption SDK. Invariant: a message opens only as a
 * whole, under the tenant's own key, with exactly the context it was made with; until all of it is verified
 * none of its plaintext is given out; and whatever is wrong with it, the caller learns only that something is.
 * The suite commits to its data key, so that a message has one plaintext at most, and is not signed, since
 * who wraps and who opens hold the same right.
 */

import { type EncryptionContext, sameContext } from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import type { DataKeys } from './cached-data-keys.ts';
import { WrappingFailed } from './keyring.ts';
import { decryptMessage, encryptMessage } from './message/message-cipher.ts';
import { type Message, parseMessage, publicKeyName } from './message/message-parser.ts';

/**
 * @param context with the tenant's id
 * @throws what the wrapping throws
 */
export const encrypt = (
  dataKeys: DataKeys,
  plaintext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> => dataKeys.toSeal(context, (dataKey) => encryptMessage(dataKey, plaintext));

/**
 * @param context with the tenant's id
 * @throws Problem 400 decryption-failed for whatever is wrong with the message
 * @throws the cause, where the wrapping failed for a reason that is not in the message
 */
export async function decrypt(
  dataKeys: DataKeys,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  const message = parseMessage(ciphertext);
  if (message === undefined || !dataKeys.owns(message.wrappedDataKey)) throw decryptionFailed();
  if (!sameContext(givenContext(message), context)) throw decryptionFailed();
  try {
    const { wrappedDataKey, encryptionContext } = message;
    return await dataKeys.toOpen(wrappedDataKey, encryptionContext, (dataKey) =>
      decryptMessage(dataKey, message),
    );
  } catch (error) {
    // KMS out of reach is no judgement on the message; everything else is.
    throw error instanceof WrappingFailed ? error.cause : decryptionFailed();
  }
}

/** An unsigned message has no business with a public key: there it counts like any other name. */
function givenContext({ encryptionContext, signed }: Message): EncryptionContext {
  if (!signed) return encryptionContext;
  const { [publicKeyName]: _, ...given } = encryptionContext;
  return given;
}
