/**
 * Data keys wrapped by one KMS key, as the Encryption SDK's own KMS keyring writes them, so that any
 * Encryption SDK opens the messages. A keyring of our own since the SDK's turns every error of KMS into one
 * text, in which a throttled call cannot be told from a forged message.
 */
import {
  EncryptedDataKey,
  KeyringNode,
  KeyringTraceFlag,
  type NodeDecryptionMaterial,
  type NodeEncryptionMaterial,
} from '@aws-crypto/material-management-node';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { isNamed } from '../aws/error.ts';
import { type Wrapping, WrappingFailed } from './wrapping.ts';

/** as all Encryption SDKs name KMS in a message */
const providerId = 'aws-kms';

const { WRAPPING_KEY_GENERATED_DATA_KEY, WRAPPING_KEY_ENCRYPTED_DATA_KEY } = KeyringTraceFlag;
const { WRAPPING_KEY_SIGNED_ENC_CTX } = KeyringTraceFlag;
const { WRAPPING_KEY_DECRYPTED_DATA_KEY, WRAPPING_KEY_VERIFIED_ENC_CTX } = KeyringTraceFlag;
const wrapped = WRAPPING_KEY_ENCRYPTED_DATA_KEY | WRAPPING_KEY_SIGNED_ENC_CTX;
const generated = WRAPPING_KEY_GENERATED_DATA_KEY | wrapped;
const unwrapped = WRAPPING_KEY_DECRYPTED_DATA_KEY | WRAPPING_KEY_VERIFIED_ENC_CTX;

/** @param kms with the tenant's session */
export const kmsWrapping = (kms: KMSClient, keyArn: string): Wrapping => ({
  keyring: new KmsKeyring(kms, keyArn),
  owns: (key) => key.providerId === providerId && key.providerInfo === keyArn,
});

class KmsKeyring extends KeyringNode {
  readonly #kms: KMSClient;
  readonly #keyArn: string;

  constructor(kms: KMSClient, keyArn: string) {
    super();
    this.#kms = kms;
    this.#keyArn = keyArn;
  }

  async _onEncrypt(material: NodeEncryptionMaterial): Promise<NodeEncryptionMaterial> {
    const { Plaintext, CiphertextBlob } = await this.#kms.send(
      new GenerateDataKeyCommand({
        KeyId: this.#keyArn,
        NumberOfBytes: material.suite.keyLengthBytes,
        EncryptionContext: { ...material.encryptionContext },
      }),
    );
    if (Plaintext === undefined || CiphertextBlob === undefined) {
      throw new Error('KMS gave no data key');
    }
    const encryptedDataKey = new EncryptedDataKey({
      providerId,
      providerInfo: this.#keyArn,
      encryptedDataKey: CiphertextBlob,
    });
    material.setUnencryptedDataKey(isolated(Plaintext), this.#trace(generated));
    return material.addEncryptedDataKey(encryptedDataKey, wrapped);
  }

  async _onDecrypt(
    material: NodeDecryptionMaterial,
    [key]: readonly EncryptedDataKey[],
  ): Promise<NodeDecryptionMaterial> {
    const { Plaintext } = await this.#decrypt(material, key);
    if (Plaintext === undefined) throw new Error('KMS gave no data key');
    material.setUnencryptedDataKey(isolated(Plaintext), this.#trace(unwrapped));
    return material;
  }

  async #decrypt(material: NodeDecryptionMaterial, key: EncryptedDataKey | undefined) {
    try {
      return await this.#kms.send(
        new DecryptCommand({
          // KMS refuses what another key has wrapped, whatever the message says.
          KeyId: this.#keyArn,
          CiphertextBlob: key?.encryptedDataKey,
          EncryptionContext: { ...material.encryptionContext },
        }),
      );
    } catch (error) {
      throw refusesCiphertext(error) ? error : new WrappingFailed(error);
    }
  }

  #trace(flags: number) {
    return { keyNamespace: providerId, keyName: this.#keyArn, flags };
  }
}

/**
 * The AWS client leaves the data key in a buffer that it shares with other answers. The Encryption SDK
 * takes only a key that is alone in its buffer, and wipes that one itself.
 */
function isolated(dataKey: Uint8Array): Uint8Array {
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
