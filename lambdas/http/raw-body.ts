/**
 * Raw bytes as a body. Invariant: the form of a request and of its answer is decided once, from the headers, before
 * anything is done. A header that is given twice, or with a form that it is not for, is refused.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { ResponseOf } from '../../contract/operations.ts';
import { badRequest, notAcceptable, unsupportedMediaType } from '../../contract/problem.ts';
import { rawHeaders } from '../../contract/raw-headers.ts';
import { octetStream } from '../../contract/routes.ts';
import { parseStrictJson, StrictJsonError } from '../../contract/strict-json.ts';
import { acceptedType } from './accept.ts';
import { contentType } from './content-type.ts';
import { headerLines, singleHeader } from './header-names.ts';
import { bytes, json } from './response.ts';

/** Headers, their names in lower case, and the members of a JSON body that they stand for. */
const parameters = Object.entries(rawHeaders).map(
  ([name, member]) => [name.toLowerCase(), member] as const,
);

/** @returns the header that stands for a member of a JSON body */
export const headerFor = (member: string): string =>
  parameters.find(([, one]) => one === member)?.[0] ?? member;

/** API Gateway takes 10,240 bytes of headers in all; this leaves 2 kB for the token. */
const maxHeaderBytes = 8192;

/**
 * @param event its header names in lower case
 * @returns whether the body is raw bytes
 * @throws Problem 400 where JSON comes with a header that is for raw bytes; and as {@link contentType} does
 */
export function hasRawBody(event: APIGatewayProxyEvent): boolean {
  const given = contentType(event);
  // A parameter says that something was done to the bytes: browsers add a charset where they have encoded text.
  if (given?.type === octetStream && given.parameters.length === 0) return true;
  // A context that is ignored would be missing from what is encrypted.
  const [stray] = parameters.find(([name]) => event.headers[name] !== undefined) ?? [];
  if (stray !== undefined) throw badRequest(`${stray}: goes with ${octetStream} only`);
  return false;
}

/** @throws Problem 415 where API Gateway took the body for text, which may have changed its bytes */
export function rawBody({ body, isBase64Encoded }: APIGatewayProxyEvent): Buffer {
  if (body === null || body === '') return Buffer.alloc(0);
  if (!isBase64Encoded) throw unsupportedMediaType();
  return Buffer.from(body, 'base64');
}

/**
 * @returns the headers' values by the names of the members in JSON, not yet validated
 * @throws Problem 400
 */
export function headerParameters(event: APIGatewayProxyEvent): Record<string, unknown> {
  const given = parameters.filter(([name]) => event.headers[name] !== undefined);
  return Object.fromEntries(
    given.map(([name, member]) => {
      const text = singleHeader(event, name) as string;
      return [member, member === 'mode' ? text : headerJson(name, text)];
    }),
  );
}

/** Only ASCII, since there is no agreement on what other bytes in a header mean. */
function headerJson(name: string, text: string): unknown {
  if (text.length > maxHeaderBytes) throw badRequest(`${name}: must be 8 kB at most`);
  if (!/^[\t -~]*$/.test(text)) throw badRequest(`${name}: must be ASCII, with \\u escapes`);
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (error instanceof StrictJsonError) throw badRequest(`${name}: ${error.message}`);
    throw error;
  }
}

/**
 * @param beside other members, which raw bytes have no place for
 * @returns an answer that holds bytes, in base64 in a member of that name, or raw
 */
export type BytesAnswer = (
  member: 'plaintext' | 'ciphertext',
  bytes: Buffer,
  beside?: Omit<ResponseOf<'reencrypt'>, 'ciphertext'>,
) => APIGatewayProxyResult;

/** A line of Accept that any reading of API Gateway's finds to begin with bytes. */
const bytesFirst = /^[ \t]*application\/octet-stream[ \t]*(?:,|$)/;

/**
 * API Gateway turns base64 into raw bytes only where the first media type of Accept is one of the API's binary ones;
 * otherwise the caller gets base64, whatever the Content-Type (Developer Guide, "Binary media types for REST APIs"). It
 * is not documented whether a parameter, another case or a second line of Accept changes that. So bytes are offered
 * only where each line begins with them, spelled plainly, and a caller who likes JSON as much, or spells otherwise,
 * gets JSON.
 * @throws Problem 406 where Accept allows neither (RFC 9110 section 12.5.1)
 */
export function acceptedAnswer(event: APIGatewayProxyEvent): BytesAnswer {
  const lines = headerLines(event, 'accept');
  const offered = lines.every((line) => bytesFirst.test(line))
    ? ([octetStream, 'application/json'] as const)
    : (['application/json'] as const);
  const type = acceptedType(lines.join(','), offered);
  if (type === undefined) throw notAcceptable();
  if (type === octetStream) return (_, content) => bytes(200, content);
  return (member, content, beside = {}) => {
    const text = content.toString('base64');
    const body = member === 'plaintext' ? { plaintext: text } : { ciphertext: text, ...beside };
    return json<'encrypt' | 'decrypt' | 'reencrypt'>(200, body);
  };
}
