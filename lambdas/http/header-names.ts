/**
 * Header names in one case (RFC 9110 section 5.1: it does not matter). Invariant: no value is lost. A header that comes
 * in two spellings has both values in `multiValueHeaders`, so that one that counts once cannot come twice unnoticed.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { badRequest } from '../../contract/problem.ts';

type Headers = Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'>;

export function headerNames(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    before({ event }) {
      Object.assign(event, inLowerCase(event));
    },
  };
}

/** @returns of each header the last value, and all values; the objects have no prototype, as names are the caller's */
export function inLowerCase({ headers, multiValueHeaders }: Headers): Headers {
  const single: Record<string, string | undefined> = Object.create(null);
  const multiple: Record<string, string[]> = Object.create(null);
  for (const [name, value] of Object.entries(headers ?? {})) single[name.toLowerCase()] = value;
  for (const [name, values = []] of Object.entries(multiValueHeaders ?? {})) {
    const lower = name.toLowerCase();
    multiple[lower] = [...(multiple[lower] ?? []), ...values];
  }
  return { headers: single, multiValueHeaders: multiple };
}

/**
 * @param event its header names in lower case
 * @returns every line of a header that may come more than once; one empty line where there is none
 */
export const headerLines = ({ headers, multiValueHeaders }: Headers, name: string) =>
  multiValueHeaders?.[name] ?? [headers[name] ?? ''];

/**
 * @param event its header names in lower case
 * @returns the value of a header that counts once, undefined where there is none
 * @throws Problem 400 where it is given more than once
 */
export function singleHeader({ headers, multiValueHeaders }: Headers, name: string) {
  if ((multiValueHeaders?.[name]?.length ?? 0) > 1) throw badRequest(`${name}: must be given once`);
  return headers[name];
}
