/**
 * One line for each request, which carries its metrics too. Invariant: it says who, what, how it ended and how long it took; of the
 * content it has nothing, of an error only its name, since a message may quote the content.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { tenantId } from '../tenant/tenant-id.ts';
import { asProblem } from './error-handler.ts';
import { log } from './log.ts';
import { metricsOf, type Outcome } from './metrics.ts';
import { operationOf } from './operation.ts';
import { type Tally, tally } from './tally.ts';

export function requestLog(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
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

function write(event: APIGatewayProxyEvent, outcome: Outcome, ending: object): void {
  const operation = operationOf(event);
  const metrics = metricsOf(operation, outcome, tally() as Tally);
  log(outcome === 'failed' ? 'ERROR' : 'INFO', {
    message: 'request',
    requestId: event.requestContext.requestId,
    tenantId: loggableTenantId(event),
    operation,
    outcome,
    ...ending,
    durationInMs: metrics.Duration,
    ...metrics,
  });
}

/** A path segment that is no tenant id is the caller's words. */
function loggableTenantId(event: APIGatewayProxyEvent): string | undefined {
  return tenantId.safeParse(event.pathParameters?.tenantId).data;
}
