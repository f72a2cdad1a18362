/** The key that decrypts a ciphertext: the one that the request names or, without a name, the one that the ciphertext names. */
import type { Call } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { ConditionContext } from '../iam/decision.ts';
import { authorizeKey, findKey } from './access.ts';
import { accountNamed, type KmsAccount, type KmsAccounts } from './account.ts';
import { type Ciphertext, parseCiphertext } from './ciphertext.ts';
import { incorrectKey, unknownCiphertextKey } from './errors.ts';
import type { FoundKey } from './key-lookup.ts';
import { keyTypeOf } from './key-type.ts';
import { liveKey } from './live-keys.ts';

export interface Source {
  readonly found: FoundKey;
  /**
   * @param context conditions of the action, beside those of the key
   * @throws AwsError AccessDeniedException
   */
  authorize(context: ConditionContext): void;
  /**
   * To be called only after the key is authorized: until then the caller must learn nothing about the ciphertext.
   * @throws AwsError InvalidCiphertextException, IncorrectKeyException
   */
  ciphertext(): Ciphertext;
}

/**
 * @param own the caller's account
 * @param input KeyId: the key that the request names, if it does
 * @param conditions of the action, beside those of the key
 * @throws AwsError NotFoundException, InvalidCiphertextException, AccessDeniedException
 */
export function findSource(
  accounts: KmsAccounts,
  own: KmsAccount,
  call: Call,
  action: string,
  input: { readonly CiphertextBlob: Buffer; readonly KeyId: string | undefined },
  conditions: ConditionContext,
): Source {
  const { CiphertextBlob: blob, KeyId: name } = input;
  if (name === undefined) {
    const ciphertext = parseCiphertext(blob);
    const found = keyOfAny([own, ...accounts.values()], ciphertext.keyId);
    if (found === undefined) throw unknownCiphertextKey();
    const authorize = (context: ConditionContext) =>
      authorizeUnnamed(own, call, found, action, context);
    return { found, authorize, ciphertext: () => ciphertext };
  }
  const account = accountNamed(accounts, own, name);
  const found = findKey(account, call, action, name, 'ids and aliases', conditions);
  return {
    found,
    authorize: (context) => authorizeKey(call, found, action, context),
    ciphertext: () => {
      if (keyTypeOf(found.key).usage !== 'ENCRYPT_DECRYPT') throw incorrectKey();
      const ciphertext = parseCiphertext(blob);
      if (ciphertext.keyId !== found.key.keyId) throw incorrectKey();
      return ciphertext;
    },
  };
}

/** No two keys have the same id, of whatever account they are. */
function keyOfAny(accounts: readonly KmsAccount[], keyId: string): FoundKey | undefined {
  for (const account of accounts) {
    const key = liveKey(account, keyId);
    if (key !== undefined) return { account, key };
  }
  return undefined;
}

/** A key of another account that refuses the caller looks like one that does not exist. */
function authorizeUnnamed(
  own: KmsAccount,
  call: Call,
  found: FoundKey,
  action: string,
  context: ConditionContext,
): void {
  try {
    authorizeKey(call, found, action, context);
  } catch (error) {
    if (found.account !== own && error instanceof AwsError) throw unknownCiphertextKey();
    throw error;
  }
}
