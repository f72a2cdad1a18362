/**
 * What the audit has of a request to Azure. Invariant: an operation is one of a few names that the code has, the tenant is
 * the one that the caller works for, and of an answer only its status and its id count.
 */
import { randomUUID } from 'node:crypto';
import { logStoreCall } from '../../observability/store-call.ts';
import { AzureUnavailable } from './azure-errors.ts';

export interface StoreOperation {
  /** a method, and what it is done to: `POST keys/wrapkey` */
  readonly name: string;
  /** whose key it is, or who signs in; undefined where it is about no tenant */
  readonly tenantId: string | undefined;
}

interface Answered {
  readonly status: number;
  readonly requestId?: string | undefined;
}

/**
 * Logs one attempt, however it ends.
 * @param attempt is given the id by which the vault's own log has it
 */
export async function logged<A extends Answered>(
  { name, tenantId }: StoreOperation,
  attempt: (correlationId: string) => Promise<A>,
): Promise<A> {
  const correlationId = randomUUID();
  const call = {
    keyStore: 'azure-key-vault',
    operation: name,
    tenantId,
    correlationId,
    routine: name.startsWith('GET '),
  } as const;
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
    const errorCode = error instanceof AzureUnavailable ? error.fault : 'failed';
    logStoreCall({ ...call, requestId: undefined, outcome: 'failed', errorCode });
    throw error;
  }
}
