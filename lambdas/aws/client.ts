/** How every AWS client of the functions is made. The endpoint comes from AWS_ENDPOINT_URL, where set. */

/**
 * Short enough that three attempts end within the functions' time limits (15 s and 28 s), long enough for
 * KMS and DynamoDB on a bad day.
 */
export const clientConfiguration = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1000,
    requestTimeout: 3000,
    throwOnRequestTimeout: true,
  },
} as const;
