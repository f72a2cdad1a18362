/**
 * API Gateway's own answers, as problem+json (RFC 9457) like those of the handlers. Invariant: an answer
 * repeats nothing that the client sent. API Gateway's own messages are not used, since one of them quotes the
 * Authorization header; what the authorizer says of a token is words of the contract.
 */
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { answerHeaders } from '../../contract/answer-headers.ts';
import { challengeVariable } from '../../contract/challenge.ts';
import { gatewayProblems } from '../../contract/gateway-problems.ts';
import { type Problem, problemJson } from '../../contract/problem.ts';
import type { Config } from '../config/config.ts';
import { gatewayResponseHeaders } from './cors.ts';

const problems: readonly (readonly [ResponseType, () => Problem])[] = [
  [ResponseType.UNAUTHORIZED, gatewayProblems.unauthorized],
  [ResponseType.ACCESS_DENIED, gatewayProblems.accessDenied],
  [ResponseType.INVALID_API_KEY, gatewayProblems.forbidden],
  [ResponseType.WAF_FILTERED, gatewayProblems.forbidden],
  // No method needs an AWS signature, so API Gateway gives these only where it found no method.
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, gatewayProblems.notFound],
  [ResponseType.INVALID_SIGNATURE, gatewayProblems.notFound],
  [ResponseType.EXPIRED_TOKEN, gatewayProblems.notFound],
  [ResponseType.RESOURCE_NOT_FOUND, gatewayProblems.notFound],
  [ResponseType.REQUEST_TOO_LARGE, gatewayProblems.tooLarge],
  [ResponseType.UNSUPPORTED_MEDIA_TYPE, gatewayProblems.unsupportedMediaType],
  [ResponseType.THROTTLED, gatewayProblems.throttled],
  [ResponseType.QUOTA_EXCEEDED, gatewayProblems.throttled],
  [ResponseType.BAD_REQUEST_BODY, gatewayProblems.badRequest],
  [ResponseType.BAD_REQUEST_PARAMETERS, gatewayProblems.badRequest],
  [ResponseType.DEFAULT_4XX, gatewayProblems.badRequest],
  // Which of the two an authorizer's error is AWS does not say; callers have seen the second.
  [ResponseType.AUTHORIZER_FAILURE, gatewayProblems.authorizerFailed],
  [ResponseType.AUTHORIZER_CONFIGURATION_ERROR, gatewayProblems.authorizerFailed],
  [ResponseType.INTEGRATION_FAILURE, gatewayProblems.unavailable],
  [ResponseType.INTEGRATION_TIMEOUT, gatewayProblems.timeout],
  [ResponseType.DEFAULT_5XX, gatewayProblems.internalError],
];

/**
 * Only a gateway response can have this header: API Gateway renames a function's to `x-amzn-Remapped-WWW-Authenticate`
 * (Developer Guide, "Important notes").
 */
const challenge = { 'WWW-Authenticate': challengeVariable };

export function addGatewayResponses(
  api: RestApi,
  { stage, corsOrigins }: Pick<Config, 'stage' | 'corsOrigins'>,
): void {
  const request = { requestId: '$context.requestId', stage };
  for (const [type, make] of problems) {
    const problem = make();
    const mapped = type === ResponseType.ACCESS_DENIED ? challenge : {};
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(problem.status),
      responseHeaders: {
        ...literals({
          'Content-Type': problemJson,
          ...answerHeaders,
          ...gatewayResponseHeaders(corsOrigins),
          ...problem.headers,
        }),
        ...mapped,
      },
      // API Gateway finds the template under application/json, whatever Content-Type the answer has.
      templates: { 'application/json': JSON.stringify(problem.toBody(request)) },
    });
  }
}

/** API Gateway takes a literal value in quotes; without them it is the name of a variable. */
export const literals = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `'${value}'`]));
