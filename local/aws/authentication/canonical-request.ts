/**
 * The canonical request of Signature Version 4: what of a request is signed. Invariant: no two requests that mean
 * different things here have one canonical form. Source: "Create a signed AWS API request" in the IAM user guide.
 */
import { createHash } from 'node:crypto';
import type { ReceivedRequest } from '../wire/request.ts';

/**
 * The hash is always that of the body as received: a client that declares another hash, or an unsigned body, has signed
 * another request.
 */
export function canonicalRequest(
  { method, target, headers, body }: ReceivedRequest,
  signedHeaders: readonly string[],
): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const lines = signedHeaders.map((name) => {
    const values = (headers.get(name) ?? []).map((value) => value.trim().replace(/ +/g, ' '));
    return `${name}:${values.join(',')}\n`;
  });
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    lines.join(''),
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n');
}

/**
 * Every service but S3 encodes the path as sent once more. A path with `.` or `..`, which clients normalize before they
 * sign, is left as it is and so has another signature.
 */
const canonicalPath = (path: string): string => path.split('/').map(encoded).join('/');

/** Sorted by name, then by value, as sent: clients send what they sign in one spelling. */
const canonicalQuery = (query: string): string =>
  query === ''
    ? ''
    : query
        .split('&')
        .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
        .sort()
        .join('&');

/** RFC 3986: what `encodeURIComponent` leaves, but for these, is unreserved. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export const sha256 = (data: Buffer | string): string =>
  createHash('sha256').update(data).digest('hex');
