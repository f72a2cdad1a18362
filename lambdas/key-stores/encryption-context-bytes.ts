/** An encryption context as bytes, to which a store binds a data key: the pairs as the header of a message has them. */
import { serializeFactory } from '@aws-crypto/serialize';
import type { EncryptionContext } from '../../contract/encryption-context.ts';

const { serializeEncryptionContext } = serializeFactory((text) => Buffer.from(text, 'utf8'), {
  utf8Sorting: true,
});

const lengthBytes = 2;

/**
 * @returns the number of pairs, and of each, sorted by their UTF-8, the name and the value with their lengths
 * @throws Error for no pairs at all, which some stores take for no context
 */
export function encryptionContextBytes(context: EncryptionContext): Uint8Array {
  const pairs = serializeEncryptionContext({ ...context }).subarray(lengthBytes);
  if (pairs.length === 0) throw new Error('an encryption context without pairs');
  return pairs;
}
