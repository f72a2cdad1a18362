/**
 * The JSON body of a request, from bytes to a checked value. Invariant: the size is checked first, then the text, then
 * the structure, then the meaning; and no error holds a part of the body.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod/mini';
import { badRequest, tooLarge, unsupportedMediaType } from '../../contract/problem.ts';
import { parseStrictJson, StrictJsonError } from '../../contract/strict-json.ts';
import { contentType } from './content-type.ts';
import type { MediaType } from './media-type.ts';
import { validated } from './validation.ts';

export interface JsonBodyOptions {
  /** of the raw body */
  readonly maxBytes: number;
  /** what to do with a larger one, for the error */
  readonly ifLarger?: string;
  /** whether the body may be missing, which then counts as `{}` */
  readonly optional?: boolean;
}

/**
 * @param event its header names in lower case
 * @returns the body as the schema gives it
 * @throws Problem 400, 413 or 415
 */
export function jsonBody<S extends z.core.$ZodType>(
  event: APIGatewayProxyEvent,
  schema: S,
  { maxBytes, ifLarger, optional = false }: JsonBodyOptions,
): z.output<S> {
  const { body } = event;
  if (body === null || body === undefined || body === '') {
    if (!optional) throw badRequest('body: must be a JSON object');
    return validated(schema, {});
  }
  requireJson(contentType(event));
  // Where API Gateway takes the media type for binary, the body is base64, longer than the bytes themselves.
  const sizeBytes = event.isBase64Encoded
    ? Buffer.byteLength(body, 'base64')
    : Buffer.byteLength(body, 'utf8');
  if (sizeBytes > maxBytes) throw tooBigBody(maxBytes, ifLarger);
  return validated(schema, parse(event.isBase64Encoded ? utf8(body) : body));
}

const tooBigBody = (
  maxBytes: number,
  remedy = "The route's members need less, without white space.",
) => tooLarge(`The body is larger than ${maxBytes} bytes. ${remedy}`);

/**
 * JSON is UTF-8 (RFC 8259 section 8.1), so a charset must say so; the parameters that we do not know count for nothing
 * (RFC 2045 section 5).
 */
function requireJson({ type, parameters }: MediaType = { type: '', parameters: [] }): void {
  const isUtf8 = parameters.every(
    ([name, value]) => name !== 'charset' || value.toLowerCase() === 'utf-8',
  );
  if (type !== 'application/json' || !isUtf8) throw unsupportedMediaType();
}

function utf8(base64: string): string {
  try {
    const bytes = Buffer.from(base64, 'base64');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badRequest('body: must be UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (error instanceof StrictJsonError) throw badRequest(`body: ${error.message}`);
    throw error;
  }
}
