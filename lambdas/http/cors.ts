/**
 * Lets a page of an allowed origin read a function's answer, a refusal too. Invariant: an origin that is not listed gets
 * nothing, and none does that came beside another.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { allowOriginHeader, exposeHeaders, varyByOrigin } from '../../contract/cors.ts';
import { headerLines } from './header-names.ts';

type Middleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** Around all that makes an answer. @param origins none: nothing is done */
export function cors(origins: readonly string[] = []): Middleware {
  const addHeaders: NonNullable<Middleware['after']> = ({ event, response }) => {
    if (origins.length > 0 && response)
      response.headers = { ...response.headers, ...headersFor(event, origins) };
  };
  return { after: addHeaders, onError: addHeaders };
}

function headersFor(event: APIGatewayProxyEvent, origins: readonly string[]) {
  const [origin = '', ...others] = headerLines(event, 'origin');
  if (others.length > 0 || !origins.includes(origin)) return varyByOrigin;
  return { ...varyByOrigin, ...exposeHeaders, [allowOriginHeader]: origin };
}
