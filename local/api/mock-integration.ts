/** The mock integration: an answer of the template, without a function. */
import { lastOf } from './binary.ts';
import { allowOrigin, type FixedAnswer } from './fixed-answer.ts';
import { GatewayRefusal, type HttpAnswer } from './gateway-response.ts';

export interface MockRequest {
  readonly httpMethod: string;
  readonly requestId: string;
  /** by their names as the client spelled them */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** @throws GatewayRefusal for a body of another type than JSON (Developer Guide, integration passthrough) */
export function answerFixed(answer: FixedAnswer, request: MockRequest): HttpAnswer {
  const type = (lastOf(request.headers, 'content-type') ?? 'application/json').split(
    ';',
  )[0] as string;
  if (type.trim().toLowerCase() !== 'application/json')
    throw new GatewayRefusal('UNSUPPORTED_MEDIA_TYPE');
  const { preflight } = answer;
  const isPreflight =
    request.httpMethod === 'OPTIONS' && granted(preflight?.origins, request) !== undefined;
  const { status, headers, template, origins } = (isPreflight && preflight) || answer;
  const origin = granted(origins, request);
  return {
    status,
    headers: { ...headers, ...(origin !== undefined && { [allowOrigin]: origin }) },
    body: template.replaceAll('$context.requestId', request.requestId),
  };
}

/** @returns the origin that the template chooses; it looks for the header in two spellings */
function granted(origins: readonly string[] = [], { headers }: MockRequest): string | undefined {
  const given = ['Origin', 'origin'].map((name) => headers.get(name)?.at(-1));
  return origins.findLast((origin) => given.includes(origin));
}
