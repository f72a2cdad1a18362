/**
 * Errors become answers here and nowhere else. Invariant: an error that is neither a Problem nor an error of AWS
 * that stands for one is a bare 500, without message, stack or cause.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { internalError, Problem } from '../../contract/problem.ts';
import { problemOfAwsError } from '../aws/errors.ts';
import { problemResponse } from './response.ts';

/** @returns the problem that the error is or stands for */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return problemOfAwsError(error) ?? internalError();
}

export function errorHandler(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    onError(request) {
      request.response = problemResponse(asProblem(request.error), request.event.requestContext);
    },
  };
}
