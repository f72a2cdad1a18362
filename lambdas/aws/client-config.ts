/**
 * How every AWS client of the functions is made. The endpoint comes from AWS_ENDPOINT_URL, where it is set. Between
 * attempts the SDK waits for random times, up to a second and a half in all.
 */

/** Long enough for KMS and DynamoDB on a bad day. */
export const attemptTimeoutMs = 3000;

export const clientConfiguration = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1000,
    requestTimeout: attemptTimeoutMs,
    throwOnRequestTimeout: true,
  },
} as const;
