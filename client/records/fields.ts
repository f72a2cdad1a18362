/** Which fields of an item are sealed: paths as a caller gives them, with a `?` after one whose field may be missing. */
import { copiedAlong, type Item, parsePath, valueAt, withValues } from './paths.ts';
import { copyOfValue } from './values.ts';

/** The question mark of a name has a backslash before it, which has none itself. */
const optional = (path: string): boolean => /(?:^|[^\\])(?:\\\\)*\?$/u.test(path);

export const withoutMark = (path: string): string => (optional(path) ? path.slice(0, -1) : path);

/** @returns the paths without marks, but for those whose field may be missing and is */
export const presentPaths = (item: Item, paths: readonly string[]): readonly string[] =>
  paths
    .filter((path) => !optional(path) || valueAt(item, parsePath(withoutMark(path))) !== undefined)
    .map(withoutMark);

/**
 * @param paths without marks
 * @returns a copy, of the item, of what is on the way to its fields, and of their values. A field that is missing has its way copied
 * too, so that nobody adds it in the clear.
 * @throws UsageError for a value that cannot be sealed
 */
export function copyAlong(item: Item, paths: readonly string[]): Item {
  const parsed = paths.map(parsePath);
  const copy = copiedAlong(item, parsed);
  const values = parsed
    .map((path) => [path, valueAt(copy, path)] as const)
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => [path, copyOfValue(value)] as const);
  return withValues(copy, new Map(values));
}
