/** What is read of API Gateway's event besides the body: operation, tenant, principal and query. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { invalidTenantId } from '../../contract/problem.ts';
import { type Operation, operationOfRoute } from '../../contract/routes.ts';
import { tenantId } from '../../contract/tenant-id.ts';
import { bearerToken } from '../tokens/bearer-token.ts';

/** @returns the operation of the route that API Gateway chose, undefined where we have no such route */
export const operationOf = ({
  httpMethod,
  resource,
}: Pick<APIGatewayProxyEvent, 'httpMethod' | 'resource'>): Operation | undefined =>
  operationOfRoute(httpMethod, resource);

/**
 * @returns the tenant id of the path
 * @throws Problem 400 where there is none, or it is not a valid one
 */
export function tenantOfPath(event: APIGatewayProxyEvent): string {
  const parsed = tenantId.safeParse(event.pathParameters?.tenantId);
  if (!parsed.success) throw invalidTenantId();
  return parsed.data;
}

/** @returns the caller as the authorizer names it: the token's subject, or its client */
export function principalOf({ requestContext }: APIGatewayProxyEvent): string {
  const principal: unknown = requestContext.authorizer?.principalId;
  return typeof principal === 'string' && principal !== '' ? principal : 'unknown';
}

/** @returns the issuer of the caller's token, as the authorizer names it */
export function issuerOf({ requestContext }: APIGatewayProxyEvent): string | undefined {
  const issuer: unknown = requestContext.authorizer?.issuer;
  return typeof issuer === 'string' ? issuer : undefined;
}

/**
 * @param event with header names in lower case
 * @param tenantId undefined for a session that is no tenant's
 * @returns whose session is asked for; the token is checked where a session is given out
 */
export const bearerOf = <T extends string | undefined>(
  event: APIGatewayProxyEvent,
  tenantId: T,
) => ({
  tenantId,
  token: bearerToken(event.headers.authorization),
  principal: principalOf(event),
  issuer: issuerOf(event),
});

/** @returns the parameters by name; one that is given twice stays a list, which no schema takes */
export function queryOf({ multiValueQueryStringParameters }: APIGatewayProxyEvent) {
  return Object.fromEntries(
    Object.entries(multiValueQueryStringParameters ?? {}).map(([name, values]) => [
      name,
      values?.length === 1 ? values[0] : values,
    ]),
  );
}
