/** What the cryptographic operations share: condition keys, checks of the key, the note of its use. */
import type { Call } from '../aws/operation.ts';
import type { ConditionContext } from '../iam/decision.ts';
import { type KmsAccount, keyArn, now } from './account.ts';
import type { EncryptionContext } from './ciphertext.ts';
import { incompatibleAlgorithm, wrongUsage } from './errors.ts';
import { requireEnabled } from './key.ts';
import { algorithmsOf, type KeyUsage, keySpecOf, keyTypeOf } from './key-type.ts';
import type { StoredKey } from './stored-key.ts';

/**
 * The condition keys of the encryption context, absent where it is empty, and of the algorithm. Two context keys that
 * differ only in case are one condition key with two values, which the evaluator refuses.
 */
export function cryptoConditions(context: EncryptionContext, algorithm: string): ConditionContext {
  const pairs = [...context].map(([key, value]) => [`kms:EncryptionContext:${key}`, value]);
  return {
    ...Object.fromEntries(pairs),
    ...(context.size === 0 ? {} : { 'kms:EncryptionContextKeys': [...context.keys()] }),
    'kms:EncryptionAlgorithm': algorithm,
  };
}

/** @throws AwsError DisabledException, KMSInvalidStateException, InvalidKeyUsageException */
export function requireUsable(
  account: KmsAccount,
  key: StoredKey,
  needed: KeyUsage,
  operation: string,
  algorithm: string,
): void {
  requireEnabled(account, key);
  requireUsage(account, key, needed, operation);
  if (!algorithmsOf(key).includes(algorithm))
    throw incompatibleAlgorithm(algorithm, keySpecOf(key));
}

/** @throws AwsError InvalidKeyUsageException */
export function requireUsage(
  account: KmsAccount,
  key: StoredKey,
  needed: KeyUsage,
  operation: string,
): void {
  const { usage } = keyTypeOf(key);
  if (usage !== needed) throw wrongUsage(keyArn(account, key.keyId), usage, operation);
}

/** For GetKeyLastUsage. @param operation as GetKeyLastUsage names it */
export function noteUse(account: KmsAccount, call: Call, key: StoredKey, operation: string): void {
  const { requestId } = call;
  account.store.noteUse({ keyId: key.keyId, operation, at: now(account), requestId });
}
