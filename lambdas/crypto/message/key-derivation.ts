/**
 * The key of one message. Invariant: no two messages have the same key, since each is derived with the message's own
 * 32 random bytes; so within a message an IV may be the number of a frame.
 * Rules: RFC 5869; AWS Encryption SDK Developer Guide, "Supported algorithm suites", HKDF with key commitment.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import type { NodeAlgorithmSuite } from '@aws-crypto/material-management-node';
import { kdfCommitKeyInfo } from '@aws-crypto/serialize';

const keyBytes = 32;
export const commitmentBytes = 32;

const hash = 'sha512';
/** RFC 5869 section 2.3: the number of the first block, which is longer than all that is derived here. */
const firstBlock = Buffer.from([1]);

/**
 * HKDF with SHA-512, the message id as salt: one extraction for both the key and the commitment, where node:crypto's
 * `hkdf` would extract twice. Keys are key objects, since to Node 24 a key in a buffer costs several times as much;
 * OpenSSL clears them when they are freed.
 *
 * @throws Error where the data key has another length than an AES-256 key
 */
export function deriveMessageKey(
  dataKey: Uint8Array,
  messageId: Uint8Array,
  suite: NodeAlgorithmSuite,
) {
  // KMS decrypts whatever it has encrypted for the tenant, such as a plaintext of direct mode.
  if (dataKey.length !== keyBytes) throw new Error('that is no data key');
  const { keyLabel, commitLabel } = kdfCommitKeyInfo(suite);
  const extracted = createHmac(hash, createSecretKey(messageId)).update(dataKey).digest();
  const pseudorandomKey = createSecretKey(extracted);
  const expand = (label: Uint8Array) =>
    createHmac(hash, pseudorandomKey)
      .update(label)
      .update(firstBlock)
      .digest()
      .subarray(0, keyBytes);
  const key = expand(keyLabel);
  try {
    return { key: createSecretKey(key), commitment: expand(commitLabel) };
  } finally {
    key.fill(0);
    extracted.fill(0);
  }
}
