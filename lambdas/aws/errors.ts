/** Errors of the AWS SDK, by name, as Problems. What has none here is a defect or a wrong policy: a 500. */
import { keyUnusable, type Problem, unavailable } from '../../contract/problem.ts';

const unavailableNames = new Set([
  'DependencyTimeoutException',
  // Of a session; it was renewed, and the new one was refused too.
  'ExpiredTokenException',
  'InternalFailure',
  'InternalServerError',
  'KMSInternalException',
  'KeyUnavailableException',
  'LimitExceededException',
  'OutOfTime',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
]);
const throttlingNames = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

interface AwsError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const asAwsError = (error: unknown): AwsError =>
  typeof error === 'object' && error !== null ? error : {};

export const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  names.includes(String(asAwsError(error).name));

export const isAccessDenied = (error: unknown): boolean =>
  isNamed(error, 'AccessDeniedException', 'AccessDenied');

/** AWS did nothing: the call may be made again even if it is not idempotent. */
export const isThrottled = (error: unknown): boolean =>
  throttlingNames.has(String(asAwsError(error).name));

/** @returns undefined for what is no error of AWS, and for those that a retry or a caller cannot mend */
export function problemOfAwsError(error: unknown): Problem | undefined {
  const { name, code, $metadata } = asAwsError(error);
  if (isNamed(error, 'DisabledException', 'KMSInvalidStateException')) return keyUnusable();
  const down =
    unavailableNames.has(String(name)) ||
    networkCodes.has(String(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500;
  return down ? unavailable() : undefined;
}
