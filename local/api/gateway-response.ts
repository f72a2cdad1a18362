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
} as const satisfies Record<string, readonly [number, string | null]>;

export type ResponseType = keyof typeof defaults;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

/** Ends a request: the gateway answers itself. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal';
  readonly responseType: ResponseType;
  constructor(responseType: ResponseType) {
    super(responseType);
    this.responseType = responseType;
  }
}

/** @returns the answer of that type, rendered for one request */
export function gatewayResponse(
  api: ApiDefinition,
  responseType: ResponseType,
  requestId: string,
): HttpAnswer {
  const [defaultStatus, message] = defaults[responseType];
  const own = api.gatewayResponses.get(responseType);
  const fallback = api.gatewayResponses.get(defaultStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const variables = contextVariables(responseType, requestId, message);
  const headers = Object.entries({ ...fallback?.headers, ...own?.headers }).map(
    ([name, value]) => [name.replace(/^gatewayresponse\.header\./, ''), literal(value)] as const,
  );
  const template =
    own?.template ?? fallback?.template ?? '{"message":$context.error.messageString}';
  return {
    status: own?.status ?? fallback?.status ?? defaultStatus,
    headers: { 'Content-Type': 'application/json', ...Object.fromEntries(headers) },
    body: render(template, variables),
  };
}

function contextVariables(type: string, requestId: string, message: string | null) {
  return new Map([
    ['context.requestId', requestId],
    ['context.error.message', message ?? ''],
    ['context.error.messageString', JSON.stringify(message)],
    ['context.error.responseType', type],
  ]);
}

function render(template: string, variables: ReadonlyMap<string, string>): string {
  return template.replace(/\$(context(?:\.\w+)+)/g, (_, name: string) => variables.get(name) ?? '');
}

/** A static header value is in single quotes. */
function literal(value: string): string {
  return /^'(.*)'$/s.exec(value)?.[1] ?? '';
}

/** @throws Error for a gateway response that this gateway would not render as AWS does */
export function checkGatewayResponses(api: ApiDefinition): void {
  const known = contextVariables('', '', '');
  for (const [type, { template, headers }] of api.gatewayResponses) {
    for (const [, name] of (template ?? '').matchAll(/\$(context(?:\.\w+)+)/g)) {
      if (!known.has(name as string)) throw new Error(`gateway response ${type}: unknown $${name}`);
    }
    for (const [name, value] of Object.entries(headers)) {
      if (!/^'.*'$/s.test(value))
        throw new Error(`gateway response ${type}: ${name} is no literal`);
    }
  }
}
