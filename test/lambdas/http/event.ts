/** Events as API Gateway sends them. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

export const requestId = '0b8f7e0e-6a3c-4f7c-9d52-3f1f5b6c7d8e';

export function eventOf(change: Partial<APIGatewayProxyEvent> = {}): APIGatewayProxyEvent {
  return {
    httpMethod: 'POST',
    resource: '/tenants/{tenantId}/encrypt',
    path: '/tenants/acme/encrypt',
    headers: { 'Content-Type': 'application/json' },
    multiValueHeaders: {},
    pathParameters: { tenantId: 'acme' },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    requestContext: {
      requestId,
      stage: 'v1',
      authorizer: { tenantId: 'acme', principalId: 'somebody' },
      identity: { sourceIp: '192.0.2.7' },
    } as unknown as APIGatewayProxyEvent['requestContext'],
    body: '{}',
    isBase64Encoded: false,
    ...change,
  };
}

export const contextOf = (change: Partial<Context> = {}): Context =>
  ({
    awsRequestId: '3a2b0f52-93a5-4d6c-8f16-5a8d7a3fb0c1',
    getRemainingTimeInMillis: () => 15_000,
    ...change,
  }) as Context;

/** An answer of no operation. */
export const answerOf = (statusCode: number, body: object): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});
