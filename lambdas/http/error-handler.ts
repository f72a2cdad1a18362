/**
 * Errors become answers here and nowhere else. Invariant: what is not a Problem, or an error of AWS that
 * has one, is a bare 500: no message, no stack, no cause.
 */
import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { $ZodError } from 'zod/v4/core';
import { internalError, Problem } from '../../contract/problem.ts';
import { problemOfAwsError } from '../aws/errors.ts';
import { problemResponse } from './response.ts';
import { problemOf } from './validation.ts';

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof $ZodError) return problemOf(error);
  return problemOfAwsError(error) ?? internalError();
}

export function errorHandler(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    onError(request) {
      const { requestId } = request.event.requestContext;
      request.response = problemResponse(asProblem(request.error), requestId);
    },
  };
}
