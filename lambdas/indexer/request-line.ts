/** The data plane's log line of a request, and the event that the tenant sees of it. */
import * as z from 'zod/mini';
import { auditOutcome, kmsCall, type RequestEvent } from '../../contract/audit.ts';
import { tenantId } from '../../contract/tenant-id.ts';

/** As `lambdas/http/request-log.ts` writes it. */
export const requestLine = z.object({
  message: z.literal('request'),
  timestamp: z.iso.datetime(),
  tenantId,
  requestId: z.string(),
  operation: z.string(),
  outcome: auditOutcome,
  code: z.optional(z.string()),
  status: z.int(),
  principal: z.string(),
  sourceAddress: z._default(z.string(), 'unknown'),
  Items: z.optional(z.int()),
  FailedItems: z.optional(z.int()),
  kmsCalls: z.array(kmsCall),
});
export type RequestLine = z.output<typeof requestLine>;

/**
 * @param eventId of the log line. The request's own id will not do: a client may set it (`x-amzn-RequestId`), and so
 *   make many requests one event.
 */
export const requestEventOf = (line: RequestLine, eventId: string): RequestEvent => ({
  kind: 'request',
  eventId,
  time: new Date(line.timestamp).toISOString(),
  operation: line.operation,
  outcome: line.outcome,
  ...(line.code !== undefined && { errorCode: line.code }),
  principal: line.principal,
  sourceAddress: line.sourceAddress,
  requestId: line.requestId,
  status: line.status,
  ...(line.Items !== undefined && { items: line.Items }),
  ...(line.FailedItems !== undefined && { failedItems: line.FailedItems }),
  kmsCalls: line.kmsCalls,
});
