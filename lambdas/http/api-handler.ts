/**
 * What every function behind the API does with a request: CORS, log, timing, errors, headers, caller, then the route's
 * operation.
 */
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { apiEnvironment, readEnvironment } from '../../contract/environment.ts';
import { notFound } from '../../contract/problem.ts';
import { type OperationOf, type Plane, planeOf } from '../../contract/routes.ts';
import { withRequestStats } from '../observability/request-stats.ts';
import { requireCallerOf } from './caller.ts';
import { cors } from './cors.ts';
import { errorHandler } from './error-handler.ts';
import { headerNames, singleHeader } from './header-names.ts';
import { operationOf } from './request.ts';
import { requestLog } from './request-log.ts';
import { serverTiming } from './server-timing.ts';

export interface ApiRequest {
  /** header names in lower case */
  readonly event: APIGatewayProxyEvent;
  readonly context: Context;
}

export type Serve = (request: ApiRequest) => Promise<APIGatewayProxyResult>;

/** Can be invoked in process too, with an event and a context. */
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
    // Of two, the authorizer may have been given one, and a function would read the other.
    singleHeader(event, 'authorization');
    const operation = operationOf(event);
    // The routes of other planes are unknown here, even if API Gateway sends one.
    if (operation === undefined || !Object.hasOwn(byName, operation)) throw notFound();
    requireCallerOf(planeOf(operation), event);
    return (byName[operation] as Serve)({ event, context });
  };
  // No early timeout answer: the unfinished work would go on when Lambda thaws the function for the next request.
  const onion = middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 })
    .use(cors(readEnvironment(apiEnvironment).CORS_ORIGINS))
    .use(requestLog())
    .use(serverTiming())
    .use(errorHandler())
    .use(headerNames())
    .handler(dispatch) as ApiHandler;
  return (event, context) => withRequestStats(context, () => onion(event, context));
}
