/**
 * Re-encryption of what direct mode has made. Invariant: it stays within KMS as long as the tenant's key is there. Where
 * the key has moved to a store without direct mode it becomes a message, and the plaintext is zeroed before anything
 * else is done.
 */
import type { Problem } from '../../contract/problem.ts';
import {
  type Contexts,
  decryptDirect,
  type KmsKey,
  type Reencrypted,
  reencryptDirect,
} from './direct-encryption.ts';
import { envelopeEncryption } from './envelope-encryption.ts';
import { kmsKeysOf, withKmsKeyOf } from './stored-key.ts';
import type { TenantKey } from './tenant-key-provider.ts';

/**
 * @param refusal where none of the tenant's keys is in KMS
 * @throws Problem 400 decryption-failed, or the error of KMS where the ciphertext is not the cause
 */
export const reencryptDirectOf = (
  key: TenantKey,
  ciphertext: Buffer,
  contexts: Contexts,
  refusal: () => Problem,
): Promise<Reencrypted> =>
  withKmsKeyOf(
    kmsKeysOf(key),
    (source) =>
      key.kmsKey === undefined
        ? toMessage(key, source, ciphertext, contexts)
        : reencryptDirect(source, ciphertext, contexts, key.kmsKey),
    refusal,
  );

async function toMessage(
  key: TenantKey,
  source: KmsKey,
  ciphertext: Buffer,
  { from, to }: Contexts,
): Promise<Reencrypted> {
  const plaintext = await decryptDirect(source, ciphertext, from);
  const own = key.newCache();
  try {
    const message = await envelopeEncryption(key, plaintext, to).run(own);
    return { ciphertext: message, keyMaterialId: undefined, sourceKeyMaterialId: undefined };
  } finally {
    plaintext.fill(0);
    own.clear();
  }
}
