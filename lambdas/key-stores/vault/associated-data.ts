/** What binds a data key to its encryption context: the pairs as the header of a message has them, sorted by their UTF-8. */
import { serializeFactory } from '@aws-crypto/serialize';
import type { EncryptionContext } from '../../../contract/encryption-context.ts';

const { serializeEncryptionContext } = serializeFactory((text) => Buffer.from(text, 'utf8'), {
  utf8Sorting: true,
});

const lengthBytes = 2;

/**
 * @returns base64 of the number of pairs, and of each the name and the value with their lengths
 * @throws Error for no pairs at all: Vault takes empty associated data for none
 */
export function associatedDataOf(context: EncryptionContext): string {
  const pairs = serializeEncryptionContext({ ...context }).subarray(lengthBytes);
  if (pairs.length === 0) throw new Error('an encryption context without pairs');
  return Buffer.from(pairs).toString('base64');
}
