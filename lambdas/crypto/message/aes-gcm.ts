/**
 * AES-256-GCM of node:crypto. Invariant: the tag always has its full 16 bytes, and `decryptInto` throws unless key, IV,
 * AAD, content and tag belong together; what it has written into the target until then must not be given out.
 */
import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';

export const ivBytes = 12;
export const authTagBytes = 16;
const pieceBytes = 64 * 1024;

const algorithm = 'aes-256-gcm';
const options = { authTagLength: authTagBytes };

export interface GcmParameters {
  readonly key: KeyObject;
  /** never twice with one key */
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
}

/**
 * @param target has room for as many bytes as the plaintext has
 * @returns the tag
 */
export function encryptInto(
  target: Buffer,
  plaintext: Buffer,
  { key, iv, aad }: GcmParameters,
): Buffer {
  const cipher = createCipheriv(algorithm, key, iv, options).setAAD(aad);
  pass(cipher, plaintext, target);
  cipher.final();
  return cipher.getAuthTag();
}

/** @throws Error unless these bytes were encrypted with this key, IV and AAD */
export function decryptInto(
  target: Buffer,
  content: Buffer,
  { key, iv, aad, tag }: GcmParameters & { readonly tag: Buffer },
): void {
  const decipher = createDecipheriv(algorithm, key, iv, options).setAAD(aad).setAuthTag(tag);
  pass(decipher, content, target);
  decipher.final();
}

/** In pieces: node:crypto makes a buffer for each `update`, and large ones cost more than AES. */
function pass(cipher: CipherGCM | DecipherGCM, from: Buffer, to: Buffer): void {
  for (let at = 0; at < from.length; at += pieceBytes) {
    to.set(cipher.update(from.subarray(at, at + pieceBytes)), at);
  }
}
