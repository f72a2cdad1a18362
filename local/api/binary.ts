/**
 * What API Gateway takes for binary (Developer Guide, "Binary media types for REST APIs" and "Content type
 * conversions"): a request by its Content-Type; an answer that the function marks as base64, by the first media type
 * in the request's Accept. The answer's own Content-Type does not count. Without an Accept nothing matches, and the
 * caller gets the base64.
 */
import type { ApiDefinition } from './template.ts';

type Headers = ReadonlyMap<string, readonly string[]>;

export const isBinaryRequest = (api: ApiDefinition, headers: Headers): boolean =>
  isBinary(api, lastOf(headers, 'content-type'));

export const wantsBinary = (api: ApiDefinition, headers: Headers): boolean =>
  isBinary(api, lastOf(headers, 'accept')?.split(',')[0]);

function isBinary({ binaryMediaTypes }: ApiDefinition, mediaType = ''): boolean {
  const [type = '', subtype = ''] = (mediaType.split(';')[0] as string)
    .trim()
    .toLowerCase()
    .split('/');
  const matching = ['*/*', `${type}/*`, `${type}/${subtype}`];
  return binaryMediaTypes.some((binary) => matching.includes(binary.toLowerCase()));
}

/** Header names are as the client spelled them. */
export function lastOf(headers: Headers, name: string): string | undefined {
  return [...headers]
    .filter(([given]) => given.toLowerCase() === name)
    .at(-1)?.[1]
    .at(-1);
}
