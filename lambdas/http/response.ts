import type { APIGatewayProxyResult } from 'aws-lambda';
import { answerHeaders } from '../../contract/answer-headers.ts';
import { jsonLines } from '../../contract/media-types.ts';
import type { ResponseOf, SuccessOf } from '../../contract/operations.ts';
import { type Problem, problemJson } from '../../contract/problem.ts';
import { type Operation, octetStream } from '../../contract/routes.ts';

/** The operation must be named, so that the compiler holds the answer against the contract. */
export const json = <O extends Operation = never>(
  statusCode: SuccessOf<O>,
  body: ResponseOf<O>,
): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json', ...answerHeaders },
  body: JSON.stringify(body),
});

/** A line for each value. */
export const inLines = (
  values: readonly object[],
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyResult => ({
  statusCode: 200,
  headers: { 'Content-Type': jsonLines, ...answerHeaders, ...headers },
  body: values.map((value) => `${JSON.stringify(value)}\n`).join(''),
});

/** API Gateway decodes the base64. */
export const bytes = (statusCode: number, body: Buffer): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': octetStream, ...answerHeaders },
  body: body.toString('base64'),
  isBase64Encoded: true,
});

/** @param request of API Gateway */
export const problemResponse = (
  problem: Problem,
  request: { readonly requestId: string; readonly stage: string },
): APIGatewayProxyResult => ({
  statusCode: problem.status,
  headers: { 'Content-Type': problemJson, ...answerHeaders, ...problem.headers },
  body: JSON.stringify(problem.toBody(request)),
});
