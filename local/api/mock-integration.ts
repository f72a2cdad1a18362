/** The mock integration: an answer of the template, without a function. */
import type { FixedAnswer } from './fixed-answer.ts';
import { GatewayRefusal, type HttpAnswer } from './gateway-response.ts';

/** @throws GatewayRefusal for a body of another type than JSON (Developer Guide, integration passthrough) */
export function answerFixed(
  { status, headers, template }: FixedAnswer,
  contentType: string | undefined,
  requestId: string,
): HttpAnswer {
  const type = (contentType ?? 'application/json').split(';')[0] as string;
  if (type.trim().toLowerCase() !== 'application/json')
    throw new GatewayRefusal('UNSUPPORTED_MEDIA_TYPE');
  return { status, headers, body: template.replaceAll('$context.requestId', requestId) };
}
