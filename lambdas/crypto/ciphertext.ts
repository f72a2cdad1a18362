/**
 * A tenant's ciphertexts, in either format. Invariant: which format one has is decided by its first bytes
 * alone, so there is one reading of it, and what the one refuses the other never tries.
 */

import type { EncryptionContext } from '../../contract/encryption-context.ts';
import type { DataKeys } from './cached-data-keys.ts';
import { decryptDirect, encryptDirect, type KmsKey, reencryptDirect } from './direct-encryption.ts';
import { decrypt, encrypt } from './envelope-encryption.ts';
import { isMessage } from './message/message-parser.ts';

/** `envelope`: a message of the Encryption SDK. `direct`: what kms:Encrypt gives. */
export type Mode = 'envelope' | 'direct';

/** What may be done with a tenant's key, with the tenant's session. */
export interface TenantKey extends KmsKey {
  readonly dataKeys: DataKeys;
}

/** @param context with the tenant's id */
export const seal = (
  key: TenantKey,
  plaintext: Buffer,
  context: EncryptionContext,
  mode: Mode,
): Promise<Buffer> =>
  mode === 'direct'
    ? encryptDirect(key, plaintext, context)
    : encrypt(key.dataKeys, plaintext, context);

/** @throws Problem 400 decryption-failed for whatever is wrong with the ciphertext */
export const open = (
  key: TenantKey,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> =>
  isMessage(ciphertext)
    ? decrypt(key.dataKeys, ciphertext, context)
    : decryptDirect(key, ciphertext, context);

/**
 * Seals anew what a ciphertext holds, in the format that it has: under the key's current material, a message
 * also with a new data key. The plaintext never leaves the function; in direct mode it never enters it.
 * @throws as open does
 */
export async function reseal(
  key: TenantKey,
  ciphertext: Buffer,
  contexts: { readonly from: EncryptionContext; readonly to: EncryptionContext },
): Promise<Buffer> {
  if (!isMessage(ciphertext)) return reencryptDirect(key, ciphertext, contexts);
  const plaintext = await decrypt(key.dataKeys, ciphertext, contexts.from);
  try {
    return await encrypt(key.dataKeys, plaintext, contexts.to);
  } finally {
    plaintext.fill(0);
  }
}
