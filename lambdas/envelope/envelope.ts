/**
 * A tenant's bytes in the message format of the AWS Encryption SDK. Invariant: a message opens only as a
 * whole, under the tenant's own key, with exactly the context it was made with; until all of it is verified
 * none of its plaintext is given out; and whatever is wrong with it, the caller learns only that something is.
 * The suite commits to its data key, so that a message has one plaintext at most, and is not signed, since
 * who wraps and who opens hold the same right.
 */
import { buildDecrypt } from '@aws-crypto/decrypt-node';
import { buildEncrypt } from '@aws-crypto/encrypt-node';
import { AlgorithmSuiteIdentifier, CommitmentPolicy } from '@aws-crypto/material-management-node';
import { decryptionFailed } from '../http/problem.ts';
import { type EncryptionContext, sameContext } from './context.ts';
import { type Message, readMessage } from './message.ts';
import { type Wrapping, WrappingFailed } from './wrapping.ts';

const options = {
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: 1,
};
const encryptClient = buildEncrypt(options);
const decryptClient = buildDecrypt(options);

/**
 * Bytes of plaintext in a frame. The whole is in memory anyway; at the SDK's default of 4,096 a plaintext of
 * 4 MiB has a thousand frames, each of which costs turns of the event loop.
 */
const frameLength = 64 * 1024;

/** The public key of a signed message, which the SDK adds to the context that was given. */
const publicKeyName = 'aws-crypto-public-key';

/**
 * @param context with the tenant's id
 * @throws what the wrapping throws
 */
export async function encrypt(
  wrapping: Wrapping,
  plaintext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  const { result } = await encryptClient.encrypt(wrapping.keyring, plaintext, {
    suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
    encryptionContext: { ...context },
    frameLength,
  });
  return result;
}

/**
 * @param context with the tenant's id
 * @throws Problem 400 decryption-failed for whatever is wrong with the message
 * @throws the cause, where the wrapping failed for a reason that is not in the message
 */
export async function decrypt(
  wrapping: Wrapping,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  const message = readMessage(ciphertext);
  if (message === undefined || !wrapping.owns(message.wrappedDataKey)) throw decryptionFailed();
  if (!sameContext(givenContext(message), context)) throw decryptionFailed();
  try {
    const { plaintext } = await decryptClient.decrypt(wrapping.keyring, ciphertext);
    return plaintext;
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
