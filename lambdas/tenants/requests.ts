/** What more than one operation of the control plane reads of its request. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod/mini';
import { emptyRequest, offboardQuery } from '../../contract/tenants.ts';
import { jsonBody } from '../http/json-body.ts';
import { principalOf, queryOf } from '../http/request.ts';
import { validated } from '../http/validation.ts';
import type { OffboardRequest } from './lifecycle/transitions.ts';

/** Enough for two names of 256 characters, each of them escaped, and the other members. */
const maxBytes = 16 * 1024;

/** @throws Problem 400, 413 or 415 */
export const bodyOf = <S extends z.core.$ZodType>(
  event: APIGatewayProxyEvent,
  schema: S,
  { optional = false } = {},
): z.output<S> => jsonBody(event, schema, { maxBytes, optional });

/** @throws Problem 400, 413 or 415 for a body that is neither missing nor `{}` */
export function requireEmptyBody(event: APIGatewayProxyEvent): void {
  bodyOf(event, emptyRequest, { optional: true });
}

/**
 * @param shortestDays of the window, which is that of a request without one
 * @returns what reads the request for the deletion of a key
 */
export function offboardRequests(
  shortestDays: number,
): (event: APIGatewayProxyEvent) => OffboardRequest {
  const query = offboardQuery(shortestDays);
  return (event) => {
    const { windowInDays, force } = validated(query, queryOf(event), 'query');
    requireEmptyBody(event);
    return {
      windowInDays: windowInDays ?? shortestDays,
      windowByDefault: windowInDays === undefined,
      force,
      requestedBy: principalOf(event),
    };
  };
}
