import type { APIGatewayProxyResult } from 'aws-lambda';
import type { ResponseOf, SuccessOf } from '../../contract/operations.ts';
import { type Problem, problemJson } from '../../contract/problem.ts';
import { type Operation, octetStream } from '../../contract/routes.ts';

/** Answers may hold plaintext: no cache may keep them, and no browser may take them for a page. */
const always = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** The operation must be named, so that the compiler holds the answer against the contract. */
export const json = <O extends Operation = never>(
  statusCode: SuccessOf<O>,
  body: ResponseOf<O>,
): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json', ...always },
  body: JSON.stringify(body),
});

/** API Gateway decodes the base64. */
export const bytes = (statusCode: number, body: Buffer): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': octetStream, ...always },
  body: body.toString('base64'),
  isBase64Encoded: true,
});

export const problemResponse = (problem: Problem, requestId: string): APIGatewayProxyResult => ({
  statusCode: problem.status,
  headers: { 'Content-Type': problemJson, ...always, ...problem.headers },
  body: JSON.stringify(problem.toBody(requestId)),
});
