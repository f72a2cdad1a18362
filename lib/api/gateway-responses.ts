/**
 * API Gateway's own answers, as problem+json (RFC 9457) like those of the handlers. Invariant: an answer
 * echoes nothing that the client sent. API Gateway's own messages are not used: one of them quotes the
 * Authorization header.
 */
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const retryAfter = { 'Retry-After': "'1'" };

const unauthorized: Problem = {
  status: 401,
  code: 'unauthorized',
  title: 'Unauthorized',
  detail: 'The request needs a valid bearer token of the configured issuer.',
  headers: { 'WWW-Authenticate': "'Bearer'" },
};
const forbidden: Problem = {
  status: 403,
  code: 'forbidden',
  title: 'Forbidden',
  detail: 'The token does not allow this request.',
};
const notFound: Problem = {
  status: 404,
  code: 'not-found',
  title: 'Not Found',
  detail: 'There is no such route.',
};
const throttled: Problem = {
  status: 429,
  code: 'throttled',
  title: 'Too Many Requests',
  detail: 'There are too many requests at the moment; try again later.',
  headers: retryAfter,
};
const badRequest: Problem = {
  status: 400,
  code: 'bad-request',
  title: 'Bad Request',
  detail: 'The request cannot be read.',
};
const unavailable = (status: 503 | 504): Problem => ({
  status,
  code: 'unavailable',
  title: status === 503 ? 'Service Unavailable' : 'Gateway Timeout',
  detail: 'The request could not be finished; try again later.',
  headers: retryAfter,
});

const problems: readonly (readonly [ResponseType, Problem])[] = [
  [ResponseType.UNAUTHORIZED, unauthorized],
  [ResponseType.ACCESS_DENIED, forbidden],
  [ResponseType.INVALID_API_KEY, forbidden],
  [ResponseType.WAF_FILTERED, forbidden],
  // No method asks for a signature of AWS, so these come only where no method was found.
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, notFound],
  [ResponseType.INVALID_SIGNATURE, notFound],
  [ResponseType.EXPIRED_TOKEN, notFound],
  [ResponseType.RESOURCE_NOT_FOUND, notFound],
  [
    ResponseType.REQUEST_TOO_LARGE,
    {
      status: 413,
      code: 'too-large',
      title: 'Content Too Large',
      detail: 'The request is larger than the API takes.',
    },
  ],
  [
    ResponseType.UNSUPPORTED_MEDIA_TYPE,
    {
      status: 415,
      code: 'unsupported-media-type',
      title: 'Unsupported Media Type',
      detail: 'The API does not take this content type.',
    },
  ],
  [ResponseType.THROTTLED, throttled],
  [ResponseType.QUOTA_EXCEEDED, throttled],
  [ResponseType.BAD_REQUEST_BODY, badRequest],
  [ResponseType.BAD_REQUEST_PARAMETERS, badRequest],
  [ResponseType.DEFAULT_4XX, badRequest],
  [ResponseType.AUTHORIZER_FAILURE, unavailable(503)],
  [ResponseType.INTEGRATION_FAILURE, unavailable(503)],
  [ResponseType.INTEGRATION_TIMEOUT, unavailable(504)],
  [
    ResponseType.DEFAULT_5XX,
    {
      status: 500,
      code: 'internal-error',
      title: 'Internal Server Error',
      detail: 'The request failed; its request id leads to the logs.',
    },
  ],
];

export function addGatewayResponses(api: RestApi): void {
  for (const [type, problem] of problems) {
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(problem.status),
      responseHeaders: { 'Content-Type': "'application/problem+json'", ...problem.headers },
      // API Gateway chooses a template by application/json, whatever the header says in the end.
      templates: { 'application/json': template(problem) },
    });
  }
}

function template({ status, code, title, detail }: Problem): string {
  const type = `urn:tenant-keys:problem:${code}`;
  return JSON.stringify({ type, title, status, detail, code, requestId: '$context.requestId' });
}
