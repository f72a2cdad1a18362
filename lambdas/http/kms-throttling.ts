import { KMSServiceException } from '@aws-sdk/client-kms';
import { throttled } from '../../contract/problem.ts';
import { isThrottled } from '../aws/errors.ts';
import type { Serve } from './api-handler.ts';

/**
 * KMS takes some 5 changes a second of an account: that there were more is the caller's to mend, by being
 * slower, and so is 429. What was begun is in the row, and goes on with the same request.
 */
const pauseInSeconds = 2;

/** @returns operations of the control plane that answer 429 where KMS throttles them */
export const slowedDown = <T extends Readonly<Record<string, Serve>>>(operations: T): T =>
  Object.fromEntries(
    Object.entries(operations).map(([name, serve]) => [name, slowDown(serve)]),
  ) as T;

const slowDown =
  (serve: Serve): Serve =>
  async (request) => {
    try {
      return await serve(request);
    } catch (error) {
      if (error instanceof KMSServiceException && isThrottled(error))
        throw throttled(pauseInSeconds);
      throw error;
    }
  };
