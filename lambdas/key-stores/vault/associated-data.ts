/** What binds a data key to its encryption context in Vault. */
import type { EncryptionContext } from '../../../contract/encryption-context.ts';
import { encryptionContextBytes } from '../encryption-context-bytes.ts';

/** @returns base64; never empty, which Vault takes for no associated data */
export const associatedDataOf = (context: EncryptionContext): string =>
  Buffer.from(encryptionContextBytes(context)).toString('base64');
