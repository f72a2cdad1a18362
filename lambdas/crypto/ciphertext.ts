/**
 * A tenant's ciphertexts, of envelope mode and of direct mode. Invariant: the first bytes of a ciphertext alone decide
 * of which mode it is; so it can be read in one way only, and what one mode refuses the other does not try.
 */
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import {
  type Contexts,
  decryptDirect,
  encryptDirect,
  type Reencrypted,
} from './direct-encryption.ts';
import { reencryptDirectOf } from './direct-reencryption.ts';
import { decryptEnvelope, encryptEnvelope } from './envelope-encryption.ts';
import { envelopeReencryption } from './envelope-reencryption.ts';
import { isMessage } from './message/message-parser.ts';
import { kmsKeyOf, kmsKeysOf, withKmsKeyOf } from './stored-key.ts';
import type { TenantKey } from './tenant-key-provider.ts';

/** `envelope`: a message of the Encryption SDK. `direct`: what kms:Encrypt gives. */
export type Mode = 'envelope' | 'direct';

/** @param context with the tenant's id */
export const encrypt = (
  key: TenantKey,
  plaintext: Buffer,
  context: EncryptionContext,
  mode: Mode,
): Promise<Buffer> =>
  mode === 'direct'
    ? encryptDirect(kmsKeyOf(key), plaintext, context)
    : encryptEnvelope(key, plaintext, context);

/** @throws Problem 400 decryption-failed for whatever is wrong with the ciphertext */
export const decrypt = (
  key: TenantKey,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> =>
  isMessage(ciphertext)
    ? decryptEnvelope(key, ciphertext, context)
    : withKmsKeyOf(
        kmsKeysOf(key),
        (kmsKey) => decryptDirect(kmsKey, ciphertext, context),
        decryptionFailed,
      );

/**
 * The same plaintext, encrypted again in the same mode, where the key has it, under the key's current material; a message
 * also gets a data key of its own. The plaintext does not leave the function, in direct mode not even KMS.
 * @throws as decrypt does
 */
export async function reencrypt(
  key: TenantKey,
  ciphertext: Buffer,
  contexts: Contexts,
): Promise<Reencrypted> {
  if (!isMessage(ciphertext)) return reencryptDirectOf(key, ciphertext, contexts, decryptionFailed);
  return envelopeReencryption(key, ciphertext, contexts, 'own').run(key.cache, key.cache);
}
