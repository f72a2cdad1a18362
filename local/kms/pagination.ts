/** A page of a list: Limit and Marker of the request, NextMarker and Truncated of the answer. */
import { pageOf } from '../aws/pagination.ts';
import { AwsError } from '../aws/wire/aws-error.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** `Truncated` and, where it is true, `NextMarker` */
  readonly rest: { readonly Truncated: boolean; readonly NextMarker?: string };
}

/**
 * @param all in ascending order of `id`
 * @throws AwsError InvalidMarkerException
 */
export function page<T>(
  all: readonly T[],
  id: (item: T) => string,
  limit: number,
  marker: string | undefined,
): Page<T> {
  const found = pageOf(all, id, limit, marker);
  if (found === undefined) {
    throw new AwsError('InvalidMarkerException', 'Could not read marker');
  }
  const { items, next } = found;
  return { items, rest: next ? { Truncated: true, NextMarker: next } : { Truncated: false } };
}
