/** The onion of the two functions behind the API: log, timing, errors, headers, then the route's operation. */

import middy from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { notFound } from '../../contract/problem.ts';
import type { OperationOf, Plane } from '../../contract/routes.ts';
import { withRequestStats } from '../observability/request-stats.ts';
import { errorHandler } from './error-handler.ts';
import { operationOf } from './request.ts';
import { requestLog } from './request-log.ts';
import { serverTiming } from './server-timing.ts';

export interface ApiRequest {
  /** header names in lower case */
  readonly event: APIGatewayProxyEvent;
  readonly context: Context;
}

export type Serve = (request: ApiRequest) => Promise<APIGatewayProxyResult>;

/** What can be invoked in process as well, with an event and a context. */
export type ApiHandler = (
  event: APIGatewayProxyEvent,
  context: Context,
) => Promise<APIGatewayProxyResult>;

/** @param operations one function for each operation of the plane's routes */
export function apiHandler<P extends Plane>(
  operations: Readonly<Record<OperationOf<P>, Serve>>,
): ApiHandler {
  const byName: Readonly<Record<string, Serve>> = operations;
  const dispatch: ApiHandler = async (event, context) => {
    const operation = operationOf(event);
    // The other plane's routes are unknown here, whatever API Gateway was told.
    if (operation === undefined || !Object.hasOwn(byName, operation)) throw notFound();
    return (byName[operation] as Serve)({ event, context });
  };
  // No early answer: an answered request whose work goes on would thaw, half done, with the next one.
  const onion = middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 })
    .use(requestLog())
    .use(serverTiming())
    .use(errorHandler())
    .use(httpHeaderNormalizer())
    .handler(dispatch) as ApiHandler;
  return (event, context) => withRequestStats(context, () => onion(event, context));
}
