/** The key that a ciphertext is to be opened with: the one that the request names, or the ciphertext. */
import type { Call } from '../aws/operation.ts';
import type { KmsAccount } from './account.ts';
import { type Ciphertext, parseCiphertext } from './ciphertext.ts';
import { incorrectKey, unknownCiphertextKey } from './errors.ts';
import { type FoundKey, lookUp } from './key-lookup.ts';
import { liveKey } from './live-keys.ts';

export interface Source {
  readonly found: FoundKey;
  /**
   * To be called only after the key is authorized: until then the caller learns nothing of the ciphertext.
   * @throws AwsError InvalidCiphertextException, IncorrectKeyException
   */
  ciphertext(): Ciphertext;
}

/**
 * @param name the key that the request names, if it does
 * @throws AwsError NotFoundException, InvalidCiphertextException, AccessDeniedException
 */
export function findSource(
  account: KmsAccount,
  call: Call,
  action: string,
  blob: Buffer,
  name: string | undefined,
): Source {
  if (name === undefined) {
    const ciphertext = parseCiphertext(blob);
    const key = liveKey(account, ciphertext.keyId);
    if (key === undefined) throw unknownCiphertextKey();
    return { found: { key }, ciphertext: () => ciphertext };
  }
  const found = lookUp(account, call, action, name, 'ids and aliases');
  return {
    found,
    ciphertext: () => {
      const ciphertext = parseCiphertext(blob);
      if (ciphertext.keyId !== found.key.keyId) throw incorrectKey();
      return ciphertext;
    },
  };
}
