/**
 * AES-256-GCM by node:crypto, which for a frame of 128 KiB needs a tenth of what WebCrypto's way to its threads and back does.
 * Invariant: of what is decrypted nothing is given before its tag is verified, and what was wrong is overwritten.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { ImportAesGcm } from '../message/aes-gcm.ts';

const algorithm = 'aes-256-gcm';
/** Without it node:crypto takes shorter tags too, which are easier to guess. */
const options = { authTagLength: 16 };

export const importNodeCrypto: ImportAesGcm = async (raw) => {
  const key = createSecretKey(raw);
  return {
    async encrypt(iv, additionalData, content) {
      const cipher = createCipheriv(algorithm, key, iv, options);
      cipher.setAAD(additionalData);
      // GCM is a stream: `update` gives all, and `final` nothing but the tag.
      const encrypted = cipher.update(content);
      cipher.final();
      return [encrypted, cipher.getAuthTag()];
    },
    async decrypt(iv, additionalData, content) {
      const end = content.length - options.authTagLength;
      const decipher = createDecipheriv(algorithm, key, iv, options);
      decipher.setAAD(additionalData);
      decipher.setAuthTag(content.subarray(end));
      const plaintext = decipher.update(content.subarray(0, end));
      try {
        decipher.final();
      } catch (error) {
        plaintext.fill(0);
        throw error;
      }
      return plaintext;
    },
  };
};
