/**
 * One log line for each request, which carries its metrics too. The indexer makes an event of the tenant's audit of it.
 * Invariant: the line says who asked for what (nobody before the caller was confirmed, nor what they claim), how it
 * ended, how long it took, on which calls of KMS it rests, and what it changed of its tenant. It has nothing of the
 * content, and of an error only the name, since a message may quote the content.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { ProblemCode } from '../../contract/problem.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { log } from '../observability/log.ts';
import { type RequestOutcome, requestMetricsOf } from '../observability/metrics.ts';
import { type RequestStats, requestStats } from '../observability/request-stats.ts';
import { loggableClaims } from './claims.ts';
import { asProblem } from './error-handler.ts';
import { issuerOf, operationOf, principalOf } from './request.ts';

/** Make one for each environment: its first line has `coldStart`. */
export function requestLog(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  let isCold = true;
  const write = (event: APIGatewayProxyEvent, outcome: RequestOutcome, ending: Ending) => {
    const line = lineOf(event, outcome, ending);
    log(outcome === 'failed' ? 'ERROR' : 'INFO', isCold ? { ...line, coldStart: true } : line);
    isCold = false;
  };
  return {
    after({ event, response }) {
      write(event, 'succeeded', { status: response?.statusCode });
    },
    onError({ event, error }) {
      const { status, code } = asProblem(error);
      const failed = status >= 500;
      write(event, failed ? 'failed' : 'refused', {
        status,
        code,
        error: failed ? (error as Error)?.name : undefined,
      });
    },
  };
}

interface Ending {
  readonly status: number | undefined;
  readonly code?: ProblemCode;
  readonly error?: string | undefined;
}

function lineOf(event: APIGatewayProxyEvent, outcome: RequestOutcome, ending: Ending) {
  const operation = operationOf(event);
  const stats = requestStats() as RequestStats;
  const metrics = requestMetricsOf(operation, outcome, stats);
  return {
    message: 'request',
    requestId: event.requestContext.requestId,
    tenantId: loggableTenantId(event),
    ...(stats.principalIsConfirmed ? callerOf(event) : { principal: 'unknown' }),
    sourceAddress: event.requestContext.identity?.sourceIp,
    operation,
    outcome,
    ...ending,
    ...stats.tenantChange,
    kmsCalls: stats.kmsCalls,
    durationInMs: metrics.Duration,
    ...metrics,
  };
}

/** For a caller who was confirmed: else the event may call them anything. */
function callerOf(event: APIGatewayProxyEvent) {
  return { principal: principalOf(event), issuer: issuerOf(event), ...loggableClaims(event) };
}

/**
 * The tenant of the path, whose token soever it is: who tried another tenant's path is in that tenant's audit. A path
 * segment that is not a tenant id is not logged, since the caller may write anything there.
 */
function loggableTenantId({ requestContext, pathParameters }: APIGatewayProxyEvent) {
  const [found] = [pathParameters?.tenantId, requestContext.authorizer?.tenantId].flatMap(
    (id: unknown) => tenantId.safeParse(id).data ?? [],
  );
  return found;
}
