/**
 * Raw bytes as a body. Invariant: which form a request has, and which its answer gets, is decided once, from the
 * headers, before anything is done; what a header says twice, or with the wrong form, is refused.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { badRequest, notAcceptable, unsupportedMediaType } from '../../contract/problem.ts';
import { octetStream } from '../../contract/routes.ts';
import { parseStrictJson, StrictJsonError } from '../../contract/strict-json.ts';
import { bytes, json } from './response.ts';

/** In JSON the three are members of the body. */
const parameters = {
  'encryption-context': 'encryptionContext',
  'new-encryption-context': 'newEncryptionContext',
  'encryption-mode': 'mode',
} as const;

/** Of API Gateway's 10,240 for all headers, which leaves 2 kB for the token. */
const maxHeaderBytes = 8192;

/**
 * @param event its header names in lower case
 * @returns whether the body is raw bytes
 * @throws Problem 400 where JSON comes with a header that is for raw bytes
 */
export function hasRawBody({ headers }: APIGatewayProxyEvent): boolean {
  if (headers['content-type']?.trim().toLowerCase() === octetStream) return true;
  // Ignored, a context would be missing from what is encrypted.
  const stray = Object.keys(parameters).find((name) => headers[name] !== undefined);
  if (stray !== undefined) throw badRequest(`${stray}: goes with ${octetStream} only`);
  return false;
}

/** @throws Problem 415 where API Gateway did not take the body for bytes: as text they would be others */
export function rawBody({ body, isBase64Encoded }: APIGatewayProxyEvent): Buffer {
  if (body === null || body === '') return Buffer.alloc(0);
  if (!isBase64Encoded) throw unsupportedMediaType();
  return Buffer.from(body, 'base64');
}

/**
 * @returns what the headers say, by the names of the members in JSON, not yet validated
 * @throws Problem 400
 */
export function headerParameters(event: APIGatewayProxyEvent): Record<string, unknown> {
  const given = Object.entries(parameters).filter(([name]) => event.headers[name] !== undefined);
  return Object.fromEntries(
    given.map(([name, member]) => {
      if ((event.multiValueHeaders?.[name]?.length ?? 0) > 1) {
        throw badRequest(`${name}: must be given once`);
      }
      const text = event.headers[name] as string;
      return [member, member === 'mode' ? text : headerJson(name, text)];
    }),
  );
}

/** ASCII, since nobody agrees on what other bytes in a header mean. */
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

/** @returns an answer that holds bytes, base64 in a member of that name or raw */
export type BytesAnswer = (
  member: 'plaintext' | 'ciphertext',
  bytes: Buffer,
) => APIGatewayProxyResult;

const jsonRanges = new Set(['application/json', 'application/*', '*/*']);

/**
 * API Gateway gives raw bytes to those alone whose Accept has a binary media type in the first place; to others
 * it gives their base64, whatever the Content-Type (Developer Guide, "Binary media types for REST APIs"). So
 * whoever does not ask for bytes there gets JSON, which is right everywhere.
 * @throws Problem 406
 */
export function acceptedAnswer({ headers }: APIGatewayProxyEvent): BytesAnswer {
  const ranges = mediaRanges(headers.accept);
  if (ranges[0] === octetStream) return (_, content) => bytes(200, content);
  if (!ranges.some((range) => jsonRanges.has(range))) throw notAcceptable();
  return (member, content) => {
    const text = content.toString('base64');
    const body = member === 'plaintext' ? { plaintext: text } : { ciphertext: text };
    return json<'encrypt' | 'decrypt' | 'reencrypt'>(200, body);
  };
}

function mediaRanges(accept: string | undefined): string[] {
  const ranges = (accept ?? '').split(',').map((range) => range.trim().toLowerCase());
  const wanted = ranges.filter((range) => !/;\s*q=0(\.0*)?\s*(;|$)/.test(range));
  const names = wanted.map((range) => (range.split(';')[0] as string).trim());
  return names.length === 1 && names[0] === '' ? ['*/*'] : names;
}
