/**
 * A message of envelope mode, decrypted and encrypted again. Invariant: the plaintext stays in the function, and its
 * bytes are zeroed before anything else is done.
 */
import { type CachedKeyring, encryptionKeyUse } from './cached-data-keys.ts';
import type { CachedKey, DataKeyRequest, DataKeys } from './data-key-request.ts';
import type { Contexts, Reencrypted } from './direct-encryption.ts';
import { envelopeDecryption, type OpenedEnvelope } from './envelope-encryption.ts';
import { encryptMessage } from './message/message-cipher.ts';

/** Not done yet: first it says which data keys it needs. */
export interface EnvelopeReencryption {
  readonly decryption: DataKeyRequest<CachedKey>;
  readonly encryption: DataKeyRequest<CachedKey>;
  /**
   * @param encryptionKeys must give new data keys, since others may be under an older key material
   * @throws Problem 400 decryption-failed for whatever is wrong with the message, and what the keyring throws
   */
  run(decryptionKeys: DataKeys, encryptionKeys: DataKeys): Promise<Reencrypted>;
}

/**
 * @param dataKeyUse `own`: with a new data key, which no other message gets
 * @throws Problem 400 decryption-failed for what is wrong without a data key
 */
export function envelopeReencryption(
  key: CachedKeyring,
  ciphertext: Buffer,
  { from, to }: Contexts,
  dataKeyUse: 'shared' | 'own',
): EnvelopeReencryption {
  const decryption = envelopeDecryption(key, ciphertext, from);
  const bytes = dataKeyUse === 'own' ? Number.POSITIVE_INFINITY : decryption.plaintextBytes;
  let opened: OpenedEnvelope | undefined;
  const encryption = encryptionKeyUse(key, to, bytes, (dataKey) => {
    if (opened === undefined) throw new Error('nothing is decrypted yet');
    return {
      ciphertext: encryptMessage(dataKey, opened.plaintext),
      keyMaterialId: dataKey.keyMaterialId,
      sourceKeyMaterialId: opened.keyMaterialId,
    };
  });
  return {
    decryption: decryption.request,
    encryption: encryption.request,
    async run(decryptionKeys, encryptionKeys) {
      opened = await decryption.run(decryptionKeys);
      try {
        return await encryption.run(encryptionKeys);
      } finally {
        opened.plaintext.fill(0);
      }
    },
  };
}
