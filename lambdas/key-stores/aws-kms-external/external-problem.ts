/**
 * Errors of STS and KMS in a tenant's account, as Problems. None of them is the caller's fault, and none says what AWS said: its
 * words name roles and keys.
 */
import {
  keyRevokedByTenant,
  keyStoreUnavailable,
  type Problem,
} from '../../../contract/problem.ts';
import {
  isAccessDenied,
  isKeyStateError,
  isNamed,
  isThrottled,
  problemOfAwsError,
} from '../../aws/errors.ts';

/** A role that was deleted takes its sessions along: AWS knows their tokens no more. Services have two names for that. */
export const isOfDeletedRole = (error: unknown): boolean =>
  isNamed(error, 'InvalidClientTokenId', 'UnrecognizedClientException');

/** The tenant's account says no: role, key or a policy of theirs is not there, or not for us. */
const isRefusedByTenant = (error: unknown): boolean =>
  isAccessDenied(error) ||
  isKeyStateError(error) ||
  isOfDeletedRole(error) ||
  isNamed(error, 'NotFoundException');

/** There was no answer, or none that says yes or no. */
export const isWithoutAnswer = (error: unknown): boolean =>
  isThrottled(error) || (!isRefusedByTenant(error) && problemOfAwsError(error) !== undefined);

/** @returns undefined for an error that is none of AWS's, or that neither a retry nor the tenant can remedy */
export function problemOfExternalError(error: unknown): Problem | undefined {
  // Our own time is over, whatever the tenant's account would have said.
  if (isNamed(error, 'OutOfTime')) return undefined;
  if (isRefusedByTenant(error)) return keyRevokedByTenant();
  return isWithoutAnswer(error) ? keyStoreUnavailable('aws-kms-external') : undefined;
}
