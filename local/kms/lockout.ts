/**
 * Invariant: no caller gives a key a policy under which that caller could not change it back, unless the caller asks
 * for it. What IAM allows the caller counts too, so this check is as strict as AWS's, or stricter.
 */

import type { Call } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { ConditionContext } from '../iam/decision.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import { authorizeUnder } from './access.ts';
import type { KmsAccount } from './account.ts';
import { malformedPolicy } from './errors.ts';
import type { StoredKey } from './stored-key.ts';

/**
 * Asks under the new policy what the next PutKeyPolicy of this caller would ask.
 * @param requestTags of CreateKey. AWS does not say what it takes into account there: here IAM's Denies count, and the
 *   tags are the new key's as well as the request's.
 * @throws AwsError MalformedPolicyDocumentException
 */
export function requireNoLockout(
  account: KmsAccount,
  call: Call,
  key: StoredKey,
  newPolicy: PolicyDocument,
  requestTags: ConditionContext = {},
): void {
  const next = { 'kms:BypassPolicyLockoutSafetyCheck': 'false', ...requestTags };
  try {
    authorizeUnder(newPolicy, call, { account, key }, 'kms:PutKeyPolicy', next);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw malformedPolicy(
      'The new key policy will not allow you to update the key policy in the future.',
    );
  }
}
