/**
 * One line for each request. Invariant: it says who, what, how it ended and how long it took; of the
 * content it has nothing, of an error only its name, since a message may quote the content.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { tenantId } from '../tenant/tenant-id.ts';
import { asProblem } from './error-handler.ts';
import { type LogLevel, log } from './log.ts';
import { operationOf } from './operation.ts';

export function requestLog(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  // Not in the request's `internal`: middy resolves what is there. Requests may overlap.
  const started = new WeakMap<object, number>();
  const write = (event: APIGatewayProxyEvent, level: LogLevel, outcome: object) =>
    log(level, {
      message: 'request',
      requestId: event.requestContext.requestId,
      tenantId: loggableTenantId(event),
      operation: operationOf(event),
      ...outcome,
      durationInMs: Math.round((performance.now() - (started.get(event) ?? 0)) * 10) / 10,
    });
  return {
    before({ event }) {
      started.set(event, performance.now());
    },
    after({ event, response }) {
      write(event, 'INFO', { outcome: 'succeeded', status: response?.statusCode });
    },
    onError({ event, error }) {
      const { status, code } = asProblem(error);
      const failed = status >= 500;
      write(event, failed ? 'ERROR' : 'INFO', {
        outcome: failed ? 'failed' : 'refused',
        status,
        code,
        error: failed ? (error as Error)?.name : undefined,
      });
    },
  };
}

/** A path segment that is no tenant id is the caller's words. */
function loggableTenantId(event: APIGatewayProxyEvent): string | undefined {
  return tenantId.safeParse(event.pathParameters?.tenantId).data;
}
