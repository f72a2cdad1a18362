/**
 * Where in an item a field is: names with dots between, as in `address.street`; of an array the index, as in `lines.0.note`.
 * A dot, a backslash or a question mark within a name has a backslash before it. One field has one spelling.
 */
import { UsageError } from '../errors.ts';

/** An item as databases and JSON have it. */
export type Item = Readonly<Record<string, unknown>>;

/** The names on the way to a field, the item's own first. */
export type Path = readonly string[];

const maxPathBytes = 1024;
const wellFormed = /^(?:[^.\\?]|\\[.\\?])+(?:\.(?:[^.\\?]|\\[.\\?])+)*$/u;

/** @throws UsageError for a text that is no path */
export function parsePath(text: string): Path {
  if (!isPath(text)) {
    throw new UsageError(
      'A path must be names with dots between, such as "address.street", of 1,024 bytes at most; ' +
        'a dot, a backslash or a question mark in a name has a backslash before it, and no name is "__proto__".',
    );
  }
  return namesOf(text);
}

/** @returns whether the text is a path in its one spelling */
export function isPath(text: string): boolean {
  return (
    wellFormed.test(text) &&
    !/\p{Surrogate}/u.test(text) &&
    new TextEncoder().encode(text).length <= maxPathBytes &&
    !namesOf(text).includes('__proto__')
  );
}

const namesOf = (text: string): Path =>
  (text.match(/(?:[^.\\?]|\\[.\\?])+/gu) ?? []).map((name) => name.replace(/\\([.\\?])/gu, '$1'));

/**
 * @param paths each a path, as a caller gives them, in any order
 * @returns them in the order of their UTF-8 bytes, in which a record has its fields
 * @throws UsageError where one comes twice, or lies within another
 */
export function sortedPaths(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  if (all.size !== paths.length) throw new UsageError('A path must be given once.');
  for (const path of paths) {
    parsePath(path);
    // Of the text as it is: a hostile header may have many paths of many names.
    for (const { 0: found, index } of path.matchAll(/\\.|\./gsu)) {
      if (found === '.' && all.has(path.slice(0, index))) {
        throw new UsageError('No path may lie within another: a field is sealed once.');
      }
    }
  }
  return [...paths].sort(byBytes);
}

/** The order of UTF-8 bytes, which is that of code points and not JavaScript's of UTF-16 units. */
export function byBytes(one: string, other: string): number {
  const left = [...one];
  const right = [...other];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = codePoint(left[index]) - codePoint(right[index]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const codePoint = (character = ''): number => character.codePointAt(0) ?? 0;

/** @returns the value there; undefined where there is none */
export function valueAt(item: Item, path: Path): unknown {
  let value: unknown = item;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * Puts values into a copy. What is not on the way to one of them is the same object in both.
 * @param values each where there is a value already
 */
export function withValues(
  item: Item,
  values: ReadonlyMap<Path, unknown>,
): Record<string, unknown> {
  const root = copiedAlong(item, [...values.keys()]);
  for (const [path, value] of values) {
    const place = path.slice(0, -1).reduce((at, name) => at[name] as typeof root, root);
    const last = path.at(-1);
    if (last !== undefined) place[last] = value;
  }
  return root;
}

/** @returns a copy of the item and of what is on the way, as far as it goes */
export function copiedAlong(item: Item, paths: readonly Path[]): Record<string, unknown> {
  const copies = new Set<unknown>();
  // A copy stands for itself when another path comes by. An object that is in two places has a copy in each.
  const copyOf = (value: Record<string, unknown>): Record<string, unknown> => {
    if (copies.has(value)) return value;
    const copy = shallowCopy(value);
    copies.add(copy);
    return copy;
  };
  const root = copyOf(item);
  for (const path of paths) {
    let place = root;
    for (const [at, name] of path.slice(0, -1).entries()) {
      const next = Object.hasOwn(place, name) ? place[name] : undefined;
      if (!isObject(next) || !mayCopy(next, path[at + 1] ?? '')) break;
      place = place[name] = copyOf(next);
    }
  }
  return root;
}

/** A date or a map, on the way to a field that is missing, would be nothing as a copy. */
const mayCopy = (value: Record<string, unknown>, next: string): boolean =>
  Object.hasOwn(value, next) ||
  Array.isArray(value) ||
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

const shallowCopy = (value: Record<string, unknown>): Record<string, unknown> =>
  (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
