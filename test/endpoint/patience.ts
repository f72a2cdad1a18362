/** Retries while a change does not count everywhere yet, which takes time on AWS and little elsewhere. */
import { isAccessDenied, isNamed } from '../../lambdas/aws/errors.ts';
import { retry } from '../../lambdas/aws/retry.ts';
import type { Destination } from './clients.ts';

export interface Patience {
  /**
   * @throws the last error, once it is not worth another try, the time is over or the run was stopped
   */
  insist<T>(call: () => Promise<T>, worthIt: (error: unknown) => boolean): Promise<T>;
}

/** Tags of a key take up to five minutes to count (KMS Developer Guide, "ABAC for AWS KMS"). */
const onAwsMs = 6 * 60_000;
const elsewhereMs = 3000;

export function openPatience({ endpoint }: Destination, signal: AbortSignal): Patience {
  const span = endpoint === undefined ? onAwsMs : elsewhereMs;
  return {
    insist: (call, worthIt) =>
      retry(call, {
        when: (error) => !signal.aborted && worthIt(error),
        until: Date.now() + span,
      }),
  };
}

/** IAM takes a policy that names a role it does not know everywhere yet for malformed. */
export const isUnknownPrincipal = (error: unknown): boolean =>
  isNamed(error, 'MalformedPolicyDocument', 'MalformedPolicyDocumentException');

/** A role, its policies and its sessions do not count everywhere from the first moment. */
export const isNotYet = (error: unknown): boolean =>
  isAccessDenied(error) || isNamed(error, 'InvalidClientTokenId', 'UnrecognizedClientException');
