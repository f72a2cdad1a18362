/**
 * The key of one message, and what is done with it. Invariant: no two messages have one key, since each is derived
 * with the message's own 32 random bytes; so an IV may be a frame's place in its message. Primitives are those of
 * node:crypto.
 * Rule: AWS Encryption SDK Developer Guide, "Supported algorithm suites", HKDF with key commitment.
 */
import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import type { NodeAlgorithmSuite } from '@aws-crypto/material-management-node';
import { kdfCommitKeyInfo } from '@aws-crypto/serialize';

const keyLength = 32;
export const commitmentLength = 32;
export const authTagLength = 16;
const pieceLength = 64 * 1024;

const hash = 'sha512';
/** RFC 5869 section 2.3: of the first block of an expansion; a hash is longer than all that is asked of it. */
const firstBlock = Buffer.from([1]);

/**
 * HKDF with SHA-512 (RFC 5869), the message id for a salt: one extraction for the key and for what commits to
 * it, where node:crypto's hkdf would extract for each. As key objects: Node 24 takes a buffer for a key at
 * several times the price. OpenSSL clears them as they are freed.
 */
export function derived(dataKey: Uint8Array, messageId: Uint8Array, suite: NodeAlgorithmSuite) {
  // KMS opens whatever it has wrapped for the tenant, such as a text of the tenant's own.
  if (dataKey.length !== keyLength) throw new Error('that is no data key');
  const { keyLabel, commitLabel } = kdfCommitKeyInfo(suite);
  const extracted = createHmac(hash, createSecretKey(messageId)).update(dataKey).digest();
  const from = createSecretKey(extracted);
  const expand = (label: Uint8Array) =>
    createHmac(hash, from).update(label).update(firstBlock).digest().subarray(0, keyLength);
  const key = expand(keyLabel);
  try {
    return { key: createSecretKey(key), commitment: expand(commitLabel) };
  } finally {
    key.fill(0);
    extracted.fill(0);
  }
}

const algorithm = 'aes-256-gcm';

export function cipherOf(key: KeyObject, iv: Uint8Array, aad: Uint8Array): CipherGCM {
  return createCipheriv(algorithm, key, iv, { authTagLength }).setAAD(aad);
}

export function decipherOf(
  key: KeyObject,
  iv: Uint8Array,
  aad: Uint8Array,
  tag: Buffer,
): DecipherGCM {
  return createDecipheriv(algorithm, key, iv, { authTagLength }).setAAD(aad).setAuthTag(tag);
}

/** @returns the tag */
export function sealInto(target: Buffer, cipher: CipherGCM, plaintext: Buffer): Buffer {
  pass(cipher, plaintext, target);
  cipher.final();
  return cipher.getAuthTag();
}

/** @throws Error unless these bytes were sealed with this key, IV and AAD */
export function openInto(target: Buffer, decipher: DecipherGCM, content: Buffer): void {
  pass(decipher, content, target);
  decipher.final();
}

/** In pieces, each into its place: node:crypto makes a buffer for each, and large ones cost more than AES. */
function pass(cipher: CipherGCM | DecipherGCM, from: Buffer, to: Buffer): void {
  for (let at = 0; at < from.length; at += pieceLength) {
    to.set(cipher.update(from.subarray(at, at + pieceLength)), at);
  }
}
