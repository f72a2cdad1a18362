/**
 * A function's log line of a request, and the event that is made of it. Invariant: the log group says which plane's
 * function wrote the line. A line counts only for an operation of that plane; the data plane's must name a tenant, and
 * only the control plane's says what it changed.
 */
import * as z from 'zod/mini';
import { auditOutcome, kmsCall, type RequestEvent, tenantMembers } from '../../contract/audit.ts';
import { type Plane, routes } from '../../contract/routes.ts';
import { stackPartition } from '../../contract/table-schema.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { type LogLine, parseLine } from './log-batch.ts';

/** As `lambdas/http/request-log.ts` writes it. */
const requestLine = z.object({
  message: z.literal('request'),
  timestamp: z.iso.datetime(),
  /** absent where the request is about no tenant */
  tenantId: z.optional(tenantId),
  requestId: z.string(),
  operation: z.string(),
  outcome: auditOutcome,
  code: z.optional(z.string()),
  status: z.int(),
  principal: z.string(),
  issuer: z.optional(z.string()),
  actor: z.optional(z.string()),
  label: z.optional(z.string()),
  sourceAddress: z._default(z.string(), 'unknown'),
  Items: z.optional(z.int()),
  FailedItems: z.optional(z.int()),
  kmsCalls: z.array(kmsCall),
  before: z.optional(tenantMembers),
  after: z.optional(tenantMembers),
});
type RequestLine = z.output<typeof requestLine>;

export interface RequestOfPartition {
  /** the tenant, or the stack's own */
  readonly partition: string;
  readonly event: RequestEvent;
}

/** @returns undefined where the line is none of a request to that plane */
export function requestOf(plane: Plane, { id, message }: LogLine): RequestOfPartition | undefined {
  const line = parseLine(requestLine, message);
  if (line === undefined || !isOf(plane, line)) return undefined;
  return { partition: line.tenantId ?? stackPartition, event: requestEventOf(plane, line, id) };
}

const isOf = (plane: Plane, line: RequestLine) =>
  routes.some((route) => route.plane === plane && route.operation === line.operation) &&
  (plane !== 'crypto' || line.tenantId !== undefined);

/**
 * @param eventId of the log line. The request's own id will not do: a client may set it (`x-amzn-RequestId`), and so
 *   make many requests one event.
 */
const requestEventOf = (plane: Plane, line: RequestLine, eventId: string): RequestEvent => ({
  kind: 'request',
  eventId,
  time: new Date(line.timestamp).toISOString(),
  operation: line.operation,
  outcome: line.outcome,
  ...(line.code !== undefined && { errorCode: line.code }),
  principal: line.principal,
  ...(line.issuer !== undefined && { issuer: line.issuer }),
  ...(line.actor !== undefined && { actor: line.actor }),
  ...(line.label !== undefined && { label: line.label }),
  sourceAddress: line.sourceAddress,
  requestId: line.requestId,
  status: line.status,
  ...(line.Items !== undefined && { items: line.Items }),
  ...(line.FailedItems !== undefined && { failedItems: line.FailedItems }),
  kmsCalls: line.kmsCalls,
  ...(plane === 'tenants' && changeOf(line)),
});

const changeOf = ({ before, after }: RequestLine) => ({
  ...(before !== undefined && { before }),
  ...(after !== undefined && { after }),
});
