/** What every cryptographic operation does around the cryptography. */
import type { Call } from '../aws/operation.ts';
import type { ConditionContext } from '../iam/decision.ts';
import { type KmsAccount, now } from './account.ts';
import type { EncryptionContext } from './ciphertext.ts';
import { incompatibleAlgorithm } from './errors.ts';
import { requireEnabled } from './key.ts';
import type { StoredKey } from './stored-key.ts';

/**
 * The condition keys of the encryption context, absent where it is empty, and of the algorithm. Two keys that
 * differ only in case are one condition key with two values: the evaluator refuses a policy's use of it.
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
export function requireUsable(account: KmsAccount, key: StoredKey, algorithm: string): void {
  requireEnabled(account, key);
  if (algorithm !== 'SYMMETRIC_DEFAULT') throw incompatibleAlgorithm(algorithm);
}

/** For GetKeyLastUsage. @param operation as that names it */
export function noteUse(account: KmsAccount, call: Call, key: StoredKey, operation: string): void {
  const { requestId } = call;
  account.store.noteUse({ keyId: key.keyId, operation, at: now(account), requestId });
}
