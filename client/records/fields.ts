/** Which fields of an item are sealed: paths as a caller gives them, with a `?` after one whose field may be missing. */
import { type Item, parsePath, valueAt, withValues } from './paths.ts';

/** The question mark of a name has a backslash before it, which has none itself. */
const optional = (path: string): boolean => /(?:^|[^\\])(?:\\\\)*\?$/u.test(path);

export const withoutMark = (path: string): string => (optional(path) ? path.slice(0, -1) : path);

/** @returns the paths without marks, but for those whose field may be missing and is */
export const presentPaths = (item: Item, paths: readonly string[]): readonly string[] =>
  paths
    .filter((path) => !optional(path) || valueAt(item, parsePath(withoutMark(path))) !== undefined)
    .map(withoutMark);

/** @returns a copy, of the item and of what is on the way to its fields */
export const copyAlong = (item: Item, paths: readonly string[]): Item =>
  withValues(
    item,
    new Map(
      paths
        .map((path) => [parsePath(path), valueAt(item, parsePath(path))] as const)
        .filter(([, value]) => value !== undefined),
    ),
  );
