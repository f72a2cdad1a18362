/**
 * How every AWS client of the functions is made. The endpoint comes from AWS_ENDPOINT_URL, where set. The SDK
 * waits between attempts at random, up to a second and a half in all.
 */

/** Long enough for KMS and DynamoDB on a bad day. */
export const attemptTimeoutInMs = 3000;

export const clientConfiguration = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1000,
    requestTimeout: attemptTimeoutInMs,
    throwOnRequestTimeout: true,
  },
} as const;
