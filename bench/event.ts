/** The event with which API Gateway calls the function. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { BenchTenant } from './stack.ts';

/** A body as API Gateway hands it over: JSON as it is, raw bytes as base64. */
export interface Body {
  readonly text: string;
  readonly raw: boolean;
}

export const jsonBody = (value: object): Body => ({ text: JSON.stringify(value), raw: false });
export const rawBody = (bytes: Buffer): Body => ({ text: bytes.toString('base64'), raw: true });

const octetStream = 'application/octet-stream';

/** Who asks in the bench: the client of the local issuer that the tokens are for. */
export const principal = 'demo';

/** A new one each time: the handler changes the headers' names in it. */
export function apiEvent(
  { tenantId, token }: Pick<BenchTenant, 'tenantId' | 'token'>,
  operation: string,
  body: Body,
): APIGatewayProxyEvent {
  const type = body.raw ? octetStream : 'application/json';
  return {
    httpMethod: 'POST',
    resource: `/tenants/{tenantId}/${operation}`,
    path: `/tenants/${tenantId}/${operation}`,
    headers: { 'Content-Type': type, Accept: type, Authorization: `Bearer ${token}` },
    multiValueHeaders: {},
    pathParameters: { tenantId },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    requestContext: {
      requestId: '0b8f7e0e-6a3c-4f7c-9d52-3f1f5b6c7d8e',
      authorizer: { tenantId, principalId: principal },
    } as unknown as APIGatewayProxyEvent['requestContext'],
    body: body.text,
    isBase64Encoded: body.raw,
  };
}
