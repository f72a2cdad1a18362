import { KMSServiceException } from '@aws-sdk/client-kms';
import { throttled } from '../../contract/problem.ts';
import { isThrottled } from '../aws/errors.ts';
import type { Serve } from './api-handler.ts';

/** The caller should wait this long before the same request, which goes on with what the row says was begun. */
const retryAfterSeconds = 2;

/**
 * KMS takes about 5 changes of keys a second from an account (AWS KMS Developer Guide, "Request quotas"). Callers can
 * only be slower, so throttling is a 429 to them.
 * @returns the operations, which answer 429 where KMS throttles them
 */
export const withThrottlingResponse = <T extends Readonly<Record<string, Serve>>>(
  operations: T,
): T =>
  Object.fromEntries(
    Object.entries(operations).map(([name, serve]) => [name, throttlingAs429(serve)]),
  ) as T;

const throttlingAs429 =
  (serve: Serve): Serve =>
  async (request) => {
    try {
      return await serve(request);
    } catch (error) {
      if (error instanceof KMSServiceException && isThrottled(error))
        throw throttled(retryAfterSeconds);
      throw error;
    }
  };
