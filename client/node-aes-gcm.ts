/** AES-256-GCM by `node:crypto`, on the thread that calls. The invariant is that of `aes-gcm.ts`. */
import { type ImportAesGcm, importWebCrypto } from './aes-gcm.ts';
import { type NodeCrypto, nodeCrypto } from './platform-crypto.ts';

const algorithm = 'aes-256-gcm';
/** Without it node:crypto takes shorter tags too, which are easier to guess. */
const options = { authTagLength: 16 };

/** The same memory, as what WebCrypto gives: a Buffer's own `slice` would share it. */
const plainBytes = ({ buffer, byteOffset, length }: Buffer<ArrayBuffer>) =>
  new Uint8Array(buffer, byteOffset, length);

/** A frame of 128 KiB takes some 60 µs. */
export const importNodeCrypto =
  ({ createCipheriv, createDecipheriv, createSecretKey }: NodeCrypto): ImportAesGcm =>
  async (raw) => {
    const key = createSecretKey(raw);
    return {
      async encrypt(iv, additionalData, content) {
        const cipher = createCipheriv(algorithm, key, iv, options);
        cipher.setAAD(additionalData);
        // GCM is a stream: `update` gives all, and `final` nothing but the tag.
        const encrypted = cipher.update(content);
        cipher.final();
        return [plainBytes(encrypted), plainBytes(cipher.getAuthTag())];
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
        return plainBytes(plaintext);
      },
    };
  };

/** For content of a few kilobytes: whichever the platform has that costs least. */
export const importForShort: ImportAesGcm = (raw) => {
  const platform = nodeCrypto();
  return platform === undefined ? importWebCrypto(raw) : importNodeCrypto(platform)(raw);
};
