/**
 * AES-256-GCM under one message's key, by WebCrypto. It is the one place where the frames of a message meet a cipher:
 * client/node/ has another one for files, since WebCrypto's call for each frame costs more than the frame.
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
   * @throws where it is not as it was encrypted; nothing of it is given then
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
