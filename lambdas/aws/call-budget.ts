/**
 * What is done at each attempt of a call to AWS. Invariant: none begins that may not end before the invocation
 * does, so that whatever AWS does, the caller gets an answer of ours and never API Gateway's 504; three
 * attempts each for session, row and key may take longer than the function has.
 */
import type { Pluggable } from '@smithy/types';
import {
  type AwsService,
  type RequestStats,
  requestStats,
} from '../observability/request-stats.ts';
import { attemptTimeoutInMs } from './client-config.ts';
import { isThrottled, problemOfAwsError } from './errors.ts';

/** What is left of the invocation is for the answer. Not a name that the SDK tries again. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
  constructor(cause?: unknown) {
    super('no time is left for a call to AWS', { cause });
  }
}

/** To seal what was got, and to answer. */
const reserveInMs = 500;

const hasTime = (request: RequestStats) => request.remainingMs >= attemptTimeoutInMs + reserveInMs;

/** A plugin for the middleware of a client. Outside of a request it does nothing. */
export const attempts = <I extends object, O extends object>(
  service: AwsService,
): Pluggable<I, O> => ({
  applyToStack: (stack) =>
    // Inside of the retries, and around what makes errors of answers.
    stack.add(
      (next) => (args) => {
        const request = requestStats();
        return request === undefined ? next(args) : attempt(request, service, () => next(args));
      },
      { step: 'deserialize', priority: 'high', name: 'attempts' },
    ),
});

async function attempt<T>(
  request: RequestStats,
  service: AwsService,
  next: () => Promise<T>,
): Promise<T> {
  if (!hasTime(request)) throw new OutOfTime();
  const begunAt = performance.now();
  request.countCall(service);
  try {
    const result = await next();
    note(request, service, (result as { readonly output?: unknown }).output);
    return result;
  } catch (error) {
    note(request, service, error);
    if (isThrottled(error)) request.count('Throttles');
    // Nor is there time to wait for the attempt that would follow.
    const another = problemOfAwsError(error)?.status === 503;
    throw another && !hasTime(request) ? new OutOfTime(error) : error;
  } finally {
    request.addWait(service, performance.now() - begunAt);
  }
}

/** @param told an answer or an error of the service */
function note(request: RequestStats, service: AwsService, told: unknown): void {
  const { $metadata } = (told ?? {}) as { $metadata?: { readonly requestId?: string } };
  if (service === 'kms' && $metadata?.requestId) request.addKmsCall($metadata.requestId);
}
