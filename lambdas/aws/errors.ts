/** Errors of the AWS SDK, by name, as Problems. An error without one is a defect or a wrong policy: a 500. */
import { keyUnusable, type Problem, unavailable } from '../../contract/problem.ts';

const unavailableNames = new Set([
  'DependencyTimeoutException',
  // The session was renewed, and the new one was refused too.
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

/** The key is disabled, or pending deletion. */
export const isKeyStateError = (error: unknown): boolean =>
  isNamed(error, 'DisabledException', 'KMSInvalidStateException');

/** AWS has done nothing: the call may be repeated even if it is not idempotent. */
export const isThrottled = (error: unknown): boolean =>
  throttlingNames.has(String(asAwsError(error).name));

/** AWS has said no, and done nothing. After any other error (a timeout, a lost connection, a 5xx) it may have. */
export function isRefusal(error: unknown): boolean {
  const status = asAwsError(error).$metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 408;
}

/** @returns undefined for an error that is not of AWS, or that neither a retry nor the caller can remedy */
export function problemOfAwsError(error: unknown): Problem | undefined {
  const { name, code, $metadata } = asAwsError(error);
  if (isKeyStateError(error)) return keyUnusable();
  const down =
    unavailableNames.has(String(name)) ||
    networkCodes.has(String(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500;
  return down ? unavailable() : undefined;
}
