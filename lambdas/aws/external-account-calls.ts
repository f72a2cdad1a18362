/**
 * What the log has of a call in a tenant's account. KMS there is called by a role of the same account, so CloudTrail records it in
 * the tenant's account alone (KMS Developer Guide, "Logging AWS KMS API calls": only what is done across accounts is in both).
 * Invariant: a line has the operation, the key, the id that AWS gave the request and the name of an error, by which the tenant's
 * own trail has the same call; and nothing else of what was sent.
 */
import type { HandlerExecutionContext, Pluggable } from '@smithy/types';
import { logStoreCall } from '../observability/store-call.ts';
import { isRefusal, isThrottled } from './errors.ts';

/**
 * A plugin for the middleware of a client, to be used after the budget's: each attempt that is made is logged.
 * @param service as IAM's actions name it
 * @param routine for what only tries the key out
 */
export const loggedCalls = <I extends object, O extends object>(
  service: 'kms' | 'sts',
  tenantId: string,
  { routine = false }: { readonly routine?: boolean } = {},
): Pluggable<I, O> => ({
  applyToStack: (stack) =>
    // Inside the retries and the budget, which has the same place; around the deserializer, so that it sees errors.
    stack.add(
      (next, context) => async (args) => {
        const call = {
          keyStore: 'aws-kms-external',
          operation: `${service}:${operationOf(context)}`,
          tenantId,
          keyArn: keyArnOf(args.input),
          routine,
        } as const;
        try {
          const result = await next(args);
          logStoreCall({ ...call, requestId: requestIdOf(result.output), outcome: 'succeeded' });
          return result;
        } catch (error) {
          const isAnswer = isRefusal(error) && !isThrottled(error);
          logStoreCall({
            ...call,
            requestId: requestIdOf(error),
            outcome: isAnswer ? 'refused' : 'failed',
            errorCode: codeOf(error),
          });
          throw error;
        }
      },
      { step: 'deserialize', priority: 'high', name: 'loggedCalls' },
    ),
});

const operationOf = ({ commandName = '' }: HandlerExecutionContext): string =>
  commandName.replace(/Command$/, '');

/** The product names a key by its ARN alone. */
function keyArnOf(input: unknown): string | undefined {
  const { KeyId } = (input ?? {}) as { readonly KeyId?: unknown };
  return typeof KeyId === 'string' ? KeyId : undefined;
}

function requestIdOf(response: unknown): string | undefined {
  const { $metadata } = (response ?? {}) as { $metadata?: { readonly requestId?: string } };
  return $metadata?.requestId;
}

/** Names of AWS's errors are words of its API; of an error of Node.js its code says more. */
function codeOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  return typeof code === 'string' ? code : String(name);
}
