/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** the marker of the next page; absent on the last */
  readonly next?: string;
}

/**
 * @param all in ascending order of `id`; a marker is the last id of a page, so the pages neither repeat nor skip an
 *   item that exists from the first page to the last
 * @returns nothing for a marker that no page has
 */
export function pageOf<T>(
  all: readonly T[],
  id: (item: T) => string,
  limit: number,
  marker: string | undefined,
): Page<T> | undefined {
  const after = Buffer.from(marker ?? '', 'base64url').toString();
  if (marker !== undefined && encode(after) !== marker) return undefined;
  const rest = all.filter((item) => id(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return last === undefined || rest.length === items.length
    ? { items }
    : { items, next: encode(id(last)) };
}

const encode = (id: string): string => Buffer.from(id).toString('base64url');
