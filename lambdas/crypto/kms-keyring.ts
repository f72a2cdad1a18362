/**
 * Data keys wrapped by one KMS key, as the Encryption SDK's own KMS keyring writes them, so that any
 * Encryption SDK opens the messages. Not that keyring: it turns every error of KMS into one text, in which a
 * throttled call cannot be told from a forged message.
 */
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { ResponseMetadata } from '@smithy/types';
import { isNamed } from '../aws/errors.ts';
import { type Wrapping, WrappingFailed } from './keyring.ts';

/** as all Encryption SDKs name KMS in a message */
const providerId = 'aws-kms';

/** @param kms with the tenant's session */
export const kmsWrapping = (kms: KMSClient, keyArn: string): Wrapping => ({
  async generate(context) {
    const { Plaintext, CiphertextBlob, $metadata } = await kms.send(
      new GenerateDataKeyCommand({
        KeyId: keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: { ...context },
      }),
    );
    if (Plaintext === undefined || CiphertextBlob === undefined) {
      throw new Error('KMS gave no data key');
    }
    const wrapped = new EncryptedDataKey({
      providerId,
      providerInfo: keyArn,
      encryptedDataKey: CiphertextBlob,
    });
    return { plaintext: moved(Plaintext), requestId: idOf($metadata), context, wrapped };
  },

  async unwrap({ encryptedDataKey }, context) {
    // KMS refuses what another key has wrapped, whatever the message says.
    const decrypt = new DecryptCommand({
      KeyId: keyArn,
      CiphertextBlob: encryptedDataKey,
      EncryptionContext: { ...context },
    });
    const { Plaintext, $metadata } = await kms.send(decrypt).catch((error) => {
      throw refusesCiphertext(error) ? error : new WrappingFailed(error);
    });
    if (Plaintext === undefined) throw new Error('KMS gave no data key');
    return { plaintext: moved(Plaintext), requestId: idOf($metadata) };
  },

  owns: (wrapped) => wrapped.providerId === providerId && wrapped.providerInfo === keyArn,
});

const idOf = ({ requestId }: ResponseMetadata): string => requestId ?? 'unknown';

/** The AWS client leaves the data key in a buffer that it shares with other answers. */
function moved(dataKey: Uint8Array): Uint8Array {
  const copy = new Uint8Array(dataKey);
  dataKey.fill(0);
  return copy;
}

/**
 * Whether KMS has judged a ciphertext, not the call. ValidationException: one that is empty, or longer than any
 * that KMS has made.
 */
export const refusesCiphertext = (error: unknown) =>
  isNamed(error, 'InvalidCiphertextException', 'IncorrectKeyException', 'ValidationException');
