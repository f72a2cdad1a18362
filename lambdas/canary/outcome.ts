/**
 * What an attempt has shown. Invariant: only AWS's own refusal counts as one. A path on which something else went
 * wrong, throttling or a key that is gone, is neither closed nor open: it is unknown.
 */
import { isAccessDenied, isNamed, problemOfAwsError } from '../aws/errors.ts';

/** What should happen on a path. */
export type Expected = 'refused' | 'allowed';
export type Outcome = 'denied' | 'allowed' | 'opened' | 'broken' | 'unknown';

/** An attempt that was not made, since what it needs could not be had. */
export class NotTried extends Error {
  override readonly name = 'NotTried';
  constructor(cause: unknown) {
    super('what the attempt needs could not be had', { cause });
  }
}

/**
 * Errors that come only after the policies have let the caller through: KMS opens a ciphertext, and DynamoDB looks
 * at a condition, for who may. UnsupportedOperation is what the local stack answers to who may pass tags on.
 */
const letThrough = [
  'ConditionalCheckFailedException',
  'DryRunOperationException',
  'InvalidCiphertextException',
  'UnsupportedOperation',
];

/** @param error what the attempt threw; undefined where it went through */
export function outcomeOf(expected: Expected, error: unknown): Outcome {
  const through = error === undefined;
  if (expected === 'refused') {
    if (through || isNamed(error, ...letThrough)) return 'opened';
    return isAccessDenied(error) ? 'denied' : 'unknown';
  }
  if (through) return 'allowed';
  return passing(error) ? 'unknown' : 'broken';
}

const passing = (error: unknown): boolean =>
  error instanceof NotTried || problemOfAwsError(error)?.status === 503;
