/**
 * Attempts at a key store over HTTP. Invariant: each is in the log, for the audit, however it ends; of an answer only its status
 * and its id count there. What the store may have done, and must not do twice, is not asked for again.
 */
import { randomUUID } from 'node:crypto';
import { attemptWithinBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';
import { pause } from '../aws/retry.ts';
import { logStoreCall, type StoreCall } from '../observability/store-call.ts';

/** There was no answer of the store, or none that says yes or no. */
export abstract class StoreUnavailable extends Error {
  /** in a word; `nonsense`: an answer that the store does not give, and would give again */
  abstract readonly fault: string;
  /** Otherwise the store may have done what it was asked for. */
  abstract readonly nothingWasDone: boolean;
}

export interface AttemptedCall
  extends Pick<StoreCall, 'keyStore' | 'operation' | 'tenantId' | 'routine'> {
  /** the store may have done it though no answer came, and must not do it twice */
  readonly once?: boolean | undefined;
}

interface Answered {
  readonly status: number;
  readonly requestId?: string | undefined;
}

/** @param correlationId by which the store's own log may have the attempt */
type Attempt<A extends Answered> = (correlationId: string) => Promise<A>;

/** @throws the last attempt's error; OutOfTime */
export async function storeAttempts<A extends Answered>(
  { once = false, ...call }: AttemptedCall,
  attempt: Attempt<A>,
): Promise<A> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attemptWithinBudget('store', () => logged(call, attempt));
    } catch (error) {
      if (attempts === clientConfiguration.maxAttempts || !mayRepeat(error, once)) throw error;
      await pause(attempts - 1);
    }
  }
}

function mayRepeat(error: unknown, once: boolean): boolean {
  if (!(error instanceof StoreUnavailable) || error.fault === 'nonsense') return false;
  return !once || error.nothingWasDone;
}

async function logged<A extends Answered>(
  of: Omit<AttemptedCall, 'once'>,
  attempt: Attempt<A>,
): Promise<A> {
  const correlationId = randomUUID();
  const call = { ...of, correlationId };
  try {
    const answer = await attempt(correlationId);
    const { status, requestId } = answer;
    const ending =
      status < 400
        ? ({ outcome: 'succeeded' } as const)
        : ({ outcome: 'refused', errorCode: String(status) } as const);
    logStoreCall({ ...call, requestId, ...ending });
    return answer;
  } catch (error) {
    const errorCode = error instanceof StoreUnavailable ? error.fault : 'failed';
    logStoreCall({ ...call, requestId: undefined, outcome: 'failed', errorCode });
    throw error;
  }
}
