/** API Gateway's own answers: the template's gateway responses, and its defaults where there is none. */
import type { ApiDefinition } from './template.ts';

/** The response types that this gateway gives, with AWS's default status and message. */
const defaults = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, null],
  AUTHORIZER_FAILURE: [500, null],
  DEFAULT_4XX: [400, 'Bad Request'],
  DEFAULT_5XX: [502, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'Request size exceeds 10485760 bytes'],
  THROTTLED: [429, 'Too Many Requests'],
  UNAUTHORIZED: [401, 'Unauthorized'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported Media Type'],
} as const satisfies Record<string, readonly [number, string | null]>;

export type ResponseType = keyof typeof defaults;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

export type AuthorizerContext = Readonly<Record<string, string>>;

/** Ends a request: the gateway answers itself. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal';
  readonly responseType: ResponseType;
  /** `context.authorizer.*`, where the authorizer has answered */
  readonly authorizer: AuthorizerContext;
  constructor(responseType: ResponseType, authorizer: AuthorizerContext = {}) {
    super(responseType);
    this.responseType = responseType;
    this.authorizer = authorizer;
  }
}

/** @returns the answer to the refusal, rendered for one request */
export function gatewayResponse(
  api: ApiDefinition,
  { responseType, authorizer }: GatewayRefusal,
  requestId: string,
): HttpAnswer {
  const [defaultStatus, message] = defaults[responseType];
  const own = api.gatewayResponses.get(responseType);
  const fallback = api.gatewayResponses.get(defaultStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const variables = contextVariables(responseType, requestId, message, authorizer);
  const headers = Object.entries({ ...fallback?.headers, ...own?.headers }).flatMap(
    ([name, mapping]) => {
      const value = literal.exec(mapping)?.[1] ?? variables.get(mapping);
      return value === undefined
        ? []
        : [[name.replace(/^gatewayresponse\.header\./, ''), value] as const];
    },
  );
  const template =
    own?.template ?? fallback?.template ?? '{"message":$context.error.messageString}';
  return {
    status: own?.status ?? fallback?.status ?? defaultStatus,
    headers: { 'Content-Type': 'application/json', ...Object.fromEntries(headers) },
    body: render(template, variables),
  };
}

function contextVariables(
  type: string,
  requestId: string,
  message: string | null,
  authorizer: AuthorizerContext,
): Map<string, string> {
  return new Map([
    ...Object.entries(authorizer).map(([k, v]) => [`context.authorizer.${k}`, v] as const),
    ['context.requestId', requestId],
    ['context.error.message', message ?? ''],
    ['context.error.messageString', JSON.stringify(message)],
    ['context.error.responseType', type],
  ]);
}

function render(template: string, variables: ReadonlyMap<string, string>): string {
  return template.replace(/\$(context(?:\.\w+)+)/g, (_, name: string) => variables.get(name) ?? '');
}

/** A static header value is in single quotes; without, it is the name of a variable. */
const literal = /^'(.*)'$/s;
const ofAuthorizer = /^context\.authorizer\.\w+$/;

/** @throws Error for a gateway response that this gateway would not render as AWS does */
export function checkGatewayResponses(api: ApiDefinition): void {
  const known = contextVariables('', '', '', {});
  for (const [type, { template, headers }] of api.gatewayResponses) {
    for (const [, name = ''] of (template ?? '').matchAll(/\$(context(?:\.\w+)+)/g)) {
      if (known.has(name) || ofAuthorizer.test(name)) continue;
      throw new Error(`gateway response ${type}: unknown $${name}`);
    }
    for (const [name, value] of Object.entries(headers)) {
      if (literal.test(value) || ofAuthorizer.test(value)) continue;
      throw new Error(`gateway response ${type}: ${name} is neither literal nor of the authorizer`);
    }
  }
}
