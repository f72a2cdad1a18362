/** What a request says that its body is. Invariant: a body is read only by the one type that the request names. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { badRequest, unsupportedMediaType } from '../../contract/problem.ts';
import { headerLines, singleHeader } from './header-names.ts';
import { type MediaType, parseMediaType } from './media-type.ts';

const quoted = /"(?:[^"\\]|\\.)*"/g;

/**
 * @param event its header names in lower case
 * @returns undefined where there is none, or what is none
 * @throws Problem 400 for two types, 415 for a body that is compressed, which nobody here takes apart
 */
export function contentType(event: APIGatewayProxyEvent): MediaType | undefined {
  const type = singleHeader(event, 'content-type')?.trim() ?? '';
  // A media type has no comma outside of quotes (RFC 9110 section 8.3.1): here are two in one line.
  if (type.replaceAll(quoted, '').includes(','))
    throw badRequest('content-type: must be given once');
  const codings = headerLines(event, 'content-encoding');
  if (!codings.every((coding) => /^(?:identity)?$/i.test(coding.trim()))) throw compressed();
  return parseMediaType(type);
}

/** With a 415 for a body's coding, Accept-Encoding says which would do (RFC 9110 section 12.5.3). */
const compressed = () =>
  unsupportedMediaType(
    'The body must be sent as it is, without Content-Encoding: nothing here takes it apart.',
    { 'Accept-Encoding': 'identity' },
  );
