/**
 * Data keys wrapped by one KMS key, written as the Encryption SDK's own KMS keyring writes them, so that any Encryption
 * SDK decrypts the messages. Invariant: each call names the key, so that KMS itself refuses what another key has
 * wrapped. Not the SDK's keyring: it turns every error of KMS into one text, in which a throttled call looks like
 * a forged message.
 */
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import type { ResponseMetadata } from '@smithy/types';
import type { EncryptionContext } from '../../../contract/encryption-context.ts';
import { CiphertextRefused, type Keyring, KeyStoreFailure } from '../keyring.ts';
import { isKmsCiphertextSize, refusesCiphertext } from './kms-ciphertext.ts';

/** KMS's name in the messages of all Encryption SDKs. */
const providerId = 'aws-kms';

/** What a keyring knows of its key without a call of KMS. */
export function kmsKeyIdentity(
  keyArn: string,
): Pick<Keyring, 'keyName' | 'owns' | 'wrappedDataKeyFrom'> {
  return {
    keyName: keyArn,
    owns: (wrapped) => wrapped.providerId === providerId && wrapped.providerInfo === keyArn,
    wrappedDataKeyFrom: (bytes) =>
      isKmsCiphertextSize(bytes) ? wrappedBy(keyArn, bytes) : undefined,
  };
}

const wrappedBy = (keyArn: string, encryptedDataKey: Uint8Array) =>
  new EncryptedDataKey({ providerId, providerInfo: keyArn, encryptedDataKey });

/** @param kms with the tenant's session */
export function kmsKeyring(kms: KMSClient, keyArn: string): Keyring {
  const newKey = (context: EncryptionContext) =>
    ({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: { ...context } }) as const;

  return {
    ...kmsKeyIdentity(keyArn),

    async generateDataKey(context) {
      const { Plaintext, CiphertextBlob, KeyMaterialId, $metadata } = await kms.send(
        new GenerateDataKeyCommand(newKey(context)),
      );
      const wrapped = wrappedBy(keyArn, given(CiphertextBlob));
      const plaintext = moved(given(Plaintext));
      const requestId = requestIdOf($metadata);
      return { plaintext, wrapped, context, requestId, keyMaterialId: KeyMaterialId };
    },

    async generateDataKeyWithoutPlaintext(context) {
      const { CiphertextBlob, KeyMaterialId, $metadata } = await kms.send(
        new GenerateDataKeyWithoutPlaintextCommand(newKey(context)),
      );
      const wrapped = wrappedBy(keyArn, given(CiphertextBlob));
      const requestId = requestIdOf($metadata);
      return { wrapped, context, requestId, keyMaterialId: KeyMaterialId };
    },

    async wrapDataKey(plaintext, context) {
      const { CiphertextBlob, $metadata } = await kms.send(
        new EncryptCommand({
          KeyId: keyArn,
          Plaintext: plaintext,
          EncryptionContext: { ...context },
        }),
      );
      const wrapped = wrappedBy(keyArn, given(CiphertextBlob));
      return { wrapped, context, requestId: requestIdOf($metadata) };
    },

    async unwrapDataKey({ encryptedDataKey }, context) {
      const decrypt = new DecryptCommand({
        KeyId: keyArn,
        CiphertextBlob: encryptedDataKey,
        EncryptionContext: { ...context },
      });
      const { Plaintext, KeyMaterialId, $metadata } = await kms.send(decrypt).catch((error) => {
        throw refusesCiphertext(error) ? new CiphertextRefused() : new KeyStoreFailure(error);
      });
      const requestId = requestIdOf($metadata);
      return { plaintext: moved(given(Plaintext)), requestId, keyMaterialId: KeyMaterialId };
    },
  };
}

const requestIdOf = ({ requestId }: ResponseMetadata): string => requestId ?? 'unknown';

function given(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('KMS gave no data key');
  return bytes;
}

/** The AWS client leaves the data key in a buffer that it shares with other answers. */
function moved(dataKey: Uint8Array): Uint8Array {
  const copy = new Uint8Array(dataKey);
  dataKey.fill(0);
  return copy;
}
