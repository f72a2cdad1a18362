/** A request of a function of the product that its key store did not serve: what is wrong is said once, here. */
import { keyStoreUnavailable } from '../../contract/problem.ts';
import { log } from '../observability/log.ts';
import { type AttemptedCall, StoreUnavailable } from './store-attempts.ts';

/** It is not known whether the store has done what may not be done twice. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

interface UnservedRequest extends Pick<AttemptedCall, 'keyStore' | 'once'> {
  /** what was asked for: for the log */
  readonly request: { readonly path: string } | { readonly operation: string };
}

/**
 * @param error StoreUnavailable, or what says that the store does not let the function in
 * @returns what is thrown instead: NoAnswer where it may have been done once, otherwise Problem 503 key-store-unavailable
 */
export function unserved(
  error: Error,
  { keyStore, once = false, request }: UnservedRequest,
): Error {
  log('WARN', { message: 'key store', keyStore, ...request, error: error.message });
  // What may be asked again is the same as what was never asked.
  const mayBeDone = once && error instanceof StoreUnavailable && !error.nothingWasDone;
  return mayBeDone ? new NoAnswer() : keyStoreUnavailable(keyStore);
}
