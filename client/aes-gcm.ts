/**
 * AES-256-GCM under one key: all that frames of messages and fields of records know of a cipher. WebCrypto works on threads of its
 * own and is there everywhere; the way to them and back costs what 100 kB cost. So files and short fields take `node:crypto`, in
 * `node-aes-gcm.ts`: apart, since who has this package's types in a browser has none of Node's.
 * Invariant: of what is decrypted nothing is given before its tag is verified, and what was wrong is overwritten.
 */
type Bytes = Uint8Array<ArrayBuffer>;

export interface AesGcm {
  /**
   * @param content not changed by the caller before the result is there
   * @returns parts, one after the other: the content encrypted, and the tag
   */
  encrypt(iv: Bytes, additionalData: Bytes, content: Bytes): Promise<readonly Bytes[]>;
  /**
   * @param content encrypted, with its tag
   * @throws where it is not as it was encrypted
   */
  decrypt(iv: Bytes, additionalData: Bytes, content: Bytes): Promise<Bytes>;
}

/** @param raw 32 bytes, which whoever calls overwrites afterwards */
export type ImportAesGcm = (raw: Bytes) => Promise<AesGcm>;

export const importWebCrypto: ImportAesGcm = async (raw) => {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const parameters = (iv: Bytes, additionalData: Bytes) => ({
    name: 'AES-GCM',
    iv,
    additionalData,
  });
  return {
    encrypt: async (iv, additionalData, content) => [
      new Uint8Array(await crypto.subtle.encrypt(parameters(iv, additionalData), key, content)),
    ],
    decrypt: async (iv, additionalData, content) =>
      new Uint8Array(await crypto.subtle.decrypt(parameters(iv, additionalData), key, content)),
  };
};
