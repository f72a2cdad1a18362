/** An HTTP request as it was received: nothing of it is normalized before its signature is checked. */

import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';

export interface ReceivedRequest {
  readonly method: string;
  /** path and query, as sent */
  readonly target: string;
  /** by their names in lower case, each with every value that was sent */
  readonly headers: ReceivedHeaders;
  readonly body: Buffer;
}

export type ReceivedHeaders = ReadonlyMap<string, readonly string[]>;

export function headersOf(request: IncomingMessage): ReceivedHeaders {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] as string).toLowerCase();
    const value = request.rawHeaders[index + 1] as string;
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return headers;
}

/**
 * @returns the value of a header that decides something
 * @throws AwsError where it was sent twice, so that nobody can read another value than was checked
 */
export function headerOf(headers: ReceivedHeaders, name: string): string | undefined {
  const values = headers.get(name) ?? [];
  if (values.length > 1) {
    throw new AwsError('IncompleteSignatureException', `The header ${name} was sent twice.`);
  }
  return values[0];
}

/**
 * Reads a body and throws away what is over the limit, so that the client can read the answer.
 * @throws AwsError RequestEntityTooLargeException
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (length <= maxBytes) return Buffer.concat(chunks);
  throw new AwsError(
    'RequestEntityTooLargeException',
    `The request is larger than ${maxBytes} bytes.`,
    413,
  );
}
