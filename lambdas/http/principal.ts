import type { APIGatewayProxyEvent } from 'aws-lambda';

/** @returns who the authorizer says has called: the token's subject, or its client */
export function principalOf({ requestContext }: APIGatewayProxyEvent): string {
  const principal: unknown = requestContext.authorizer?.principalId;
  return typeof principal === 'string' && principal !== '' ? principal : 'unknown';
}
