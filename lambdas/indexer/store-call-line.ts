/**
 * A function's log line of a call of a key store that CloudTrail does not record, and the event that is made of it.
 * Invariant: the log group, never the line, says which role made the call; and a line is read whole or not at all, so that
 * nothing comes into an event that the function's logger does not write. The event says that it is no more than our own
 * word: the witness is the store's own log.
 */
import * as z from 'zod/mini';
import { auditOutcome, type KeyEvent } from '../../contract/audit.ts';
import { externalKeyArn } from '../../contract/external-account.ts';
import { otherKeyStoreName } from '../../contract/key-stores.ts';
import { stackPartition } from '../../contract/table-schema.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { storeCallMessage } from '../observability/store-call.ts';
import { type LogLine, parseLine } from './log-batch.ts';

const callId = z.string().check(z.regex(/^[\w.-]{1,128}$/));

/** As `lambdas/observability/store-call.ts` writes it. */
const storeCallLine = z.strictObject({
  message: z.literal(storeCallMessage),
  timestamp: z.iso.datetime(),
  level: z.literal('INFO'),
  keyStore: otherKeyStoreName,
  /** of HTTP, or of AWS */
  operation: z.string().check(z.regex(/^(?:[A-Z]{1,8} [a-z/-]{1,55}|(?:kms|sts):[A-Za-z]{1,60})$/)),
  /** absent where the call is about no tenant */
  tenantId: z.optional(tenantId),
  keyArn: z.optional(externalKeyArn),
  requestId: z.optional(callId),
  correlationId: z.optional(callId),
  outcome: auditOutcome,
  errorCode: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/))),
  routine: z.optional(z.literal(true)),
});

/** The function that wrote the line, by its log group. */
export interface CallingFunction {
  /** by which it signs in: ARN of its role, or of that of its tenants' sessions */
  readonly principal: string;
  /** whether all that it does is for a tenant */
  readonly isForTenants: boolean;
}

export interface CallOfPartition {
  /** the tenant, or the stack's own */
  readonly partition: string;
  readonly event: KeyEvent;
}

/** @returns undefined where the line is none of such a call */
export function storeCallOf(
  { principal, isForTenants }: CallingFunction,
  { id, message }: LogLine,
): CallOfPartition | undefined {
  const line = parseLine(storeCallLine, message);
  if (line === undefined) return undefined;
  if (isForTenants && line.tenantId === undefined) return undefined;
  const { keyStore, operation, outcome, errorCode, keyArn, requestId, correlationId, routine } =
    line;
  return {
    partition: line.tenantId ?? stackPartition,
    event: {
      kind: 'kms',
      eventId: id,
      time: new Date(line.timestamp).toISOString(),
      operation,
      outcome,
      ...(errorCode !== undefined && { errorCode }),
      principal,
      // A function does not know from which address the store sees it.
      sourceAddress: 'unknown',
      requestId: requestId ?? 'unknown',
      keyStore,
      source: 'product-log',
      ...(keyArn !== undefined && { keyArn }),
      ...(correlationId !== undefined && { correlationId }),
      ...(routine && { routine }),
    },
  };
}
