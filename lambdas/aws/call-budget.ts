/**
 * The time that calls to AWS may take within one invocation. Invariant: no attempt begins that may not end before
 * the invocation does, so that whatever AWS does, the caller gets an answer of ours and never API Gateway's 504.
 * Three attempts each for session, row and key may take longer than the function has.
 */
import type { Pluggable } from '@smithy/types';
import {
  type AwsService,
  type RequestStats,
  requestStats,
} from '../observability/request-stats.ts';
import { attemptTimeoutMs } from './client-config.ts';
import { isThrottled, problemOfAwsError } from './errors.ts';

/** The time that is left is for the answer. The SDK does not retry an error of this name. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
  constructor(cause?: unknown) {
    super('no time is left for a call to AWS', { cause });
  }
}

/** For the cryptography after the last call, and for the answer. */
const reserveMs = 500;

const hasTime = (stats: RequestStats) => stats.remainingMs >= attemptTimeoutMs + reserveMs;

/**
 * A plugin for the middleware of a client: each attempt of a call is counted in the statistics of the request, and
 * begins only within its time. Outside of a request it does nothing.
 */
export const callBudget = <I extends object, O extends object>(
  service: AwsService,
): Pluggable<I, O> => ({
  applyToStack: (stack) =>
    // Inside the retries, so that it sees each attempt; around the deserializer, so that it sees errors.
    stack.add(
      (next) => (args) => {
        const stats = requestStats();
        return stats === undefined ? next(args) : attempt(stats, service, () => next(args));
      },
      { step: 'deserialize', priority: 'high', name: 'callBudget' },
    ),
});

/**
 * An attempt of a call, also of one to somebody else than AWS. Outside of a request it is not counted.
 * @throws OutOfTime; what `call` throws
 */
export async function attemptWithinBudget<T>(
  service: AwsService,
  call: () => Promise<T>,
): Promise<T> {
  const stats = requestStats();
  if (stats === undefined) return call();
  if (!hasTime(stats)) throw new OutOfTime();
  const begunAt = performance.now();
  stats.countCall(service);
  try {
    return await call();
  } finally {
    stats.addWait(service, performance.now() - begunAt);
  }
}

async function attempt<T>(
  stats: RequestStats,
  service: AwsService,
  next: () => Promise<T>,
): Promise<T> {
  try {
    const result = await attemptWithinBudget(service, next);
    noteRequestId(stats, service, (result as { readonly output?: unknown }).output);
    return result;
  } catch (error) {
    if (error instanceof OutOfTime) throw error;
    noteRequestId(stats, service, error);
    if (isThrottled(error)) stats.count('Throttles');
    // The SDK would wait before the next attempt, for which there is no time either.
    const isRetried = problemOfAwsError(error)?.status === 503;
    throw isRetried && !hasTime(stats) ? new OutOfTime(error) : error;
  }
}

/** @param response an answer or an error of the service */
function noteRequestId(stats: RequestStats, service: AwsService, response: unknown): void {
  const { $metadata } = (response ?? {}) as { $metadata?: { readonly requestId?: string } };
  if (service === 'kms' && $metadata?.requestId) stats.addKmsCall($metadata.requestId);
}
