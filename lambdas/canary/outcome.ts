/**
 * What a probe has shown. Invariant: only a refusal by AWS counts as denied. Where something else went wrong, such as
 * throttling or a key that is gone, the outcome is unknown.
 */
import { isAccessDenied, isNamed, problemOfAwsError } from '../aws/errors.ts';

/** What a probe should meet. */
export type Expected = 'refused' | 'allowed';
export type ProbeOutcome = 'denied' | 'allowed' | 'opened' | 'broken' | 'unknown';

/** The attempt was not made, since a session or a ciphertext that it needs was missing. */
export class NotTried extends Error {
  override readonly name = 'NotTried';
  constructor(cause: unknown) {
    super('what the attempt needs could not be had', { cause });
  }
}

/**
 * Errors that come only after the policies have let the caller through: KMS looks at a ciphertext, and DynamoDB at a
 * condition, once the caller is authorized. The local stack answers UnsupportedOperation to a caller that may make
 * tags transitive.
 */
const errorsPastAuthorization = [
  'ConditionalCheckFailedException',
  'DryRunOperationException',
  'InvalidCiphertextException',
  'UnsupportedOperation',
];

/** @param error what the attempt threw, undefined where it succeeded */
export function outcomeOf(expected: Expected, error: unknown): ProbeOutcome {
  const succeeded = error === undefined;
  if (expected === 'refused') {
    if (succeeded || isNamed(error, ...errorsPastAuthorization)) return 'opened';
    return isAccessDenied(error) ? 'denied' : 'unknown';
  }
  // A write that must be allowed has a condition that never holds, as every write has.
  if (succeeded || isNamed(error, 'ConditionalCheckFailedException')) return 'allowed';
  return isTransient(error) ? 'unknown' : 'broken';
}

const isTransient = (error: unknown): boolean =>
  error instanceof NotTried || problemOfAwsError(error)?.status === 503;
