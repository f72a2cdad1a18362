/** The key that decrypts a ciphertext: the one that the request names or, without a name, the one that the ciphertext names. */
import type { Call } from '../aws/operation.ts';
import type { ConditionContext } from '../iam/decision.ts';
import { findKey } from './access.ts';
import type { KmsAccount } from './account.ts';
import { type Ciphertext, parseCiphertext } from './ciphertext.ts';
import { incorrectKey, unknownCiphertextKey } from './errors.ts';
import type { FoundKey } from './key-lookup.ts';
import { keyTypeOf } from './key-type.ts';
import { liveKey } from './live-keys.ts';

export interface Source {
  readonly found: FoundKey;
  /**
   * To be called only after the key is authorized: until then the caller must learn nothing about the ciphertext.
   * @throws AwsError InvalidCiphertextException, IncorrectKeyException
   */
  ciphertext(): Ciphertext;
}

/**
 * @param input KeyId: the key that the request names, if it does
 * @param conditions of the action, beside those of the key
 * @throws AwsError NotFoundException, InvalidCiphertextException, AccessDeniedException
 */
export function findSource(
  account: KmsAccount,
  call: Call,
  action: string,
  input: { readonly CiphertextBlob: Buffer; readonly KeyId: string | undefined },
  conditions: ConditionContext,
): Source {
  const { CiphertextBlob: blob, KeyId: name } = input;
  if (name === undefined) {
    const ciphertext = parseCiphertext(blob);
    const key = liveKey(account, ciphertext.keyId);
    if (key === undefined) throw unknownCiphertextKey();
    return { found: { key }, ciphertext: () => ciphertext };
  }
  const found = findKey(account, call, action, name, 'ids and aliases', conditions);
  return {
    found,
    ciphertext: () => {
      if (keyTypeOf(found.key).usage !== 'ENCRYPT_DECRYPT') throw incorrectKey();
      const ciphertext = parseCiphertext(blob);
      if (ciphertext.keyId !== found.key.keyId) throw incorrectKey();
      return ciphertext;
    },
  };
}
