/** A page of a list: Limit and Marker of the request, NextMarker and Truncated of the answer. */
import { AwsError } from '../aws/wire/aws-error.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** `Truncated` and, where it is true, `NextMarker` */
  readonly rest: { readonly Truncated: boolean; readonly NextMarker?: string };
}

/**
 * @param all in ascending order of `id`; a marker is the last id of a page, so the pages neither repeat nor skip an
 *   item that exists from the first page to the last
 * @throws AwsError InvalidMarkerException
 */
export function page<T>(
  all: readonly T[],
  id: (item: T) => string,
  limit: number,
  marker: string | undefined,
): Page<T> {
  const after = marker === undefined ? '' : decode(marker);
  const rest = all.filter((item) => id(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  if (last === undefined || rest.length === items.length) {
    return { items, rest: { Truncated: false } };
  }
  return { items, rest: { Truncated: true, NextMarker: encode(id(last)) } };
}

const encode = (id: string): string => Buffer.from(id).toString('base64url');

function decode(marker: string): string {
  const id = Buffer.from(marker, 'base64url').toString();
  if (encode(id) !== marker) throw new AwsError('InvalidMarkerException', 'Could not read marker');
  return id;
}
