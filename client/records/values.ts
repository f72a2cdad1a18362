/**
 * A field's value as bytes: one byte that says of which kind it is, and then the value. What would not come back as it was
 * (a date, a NaN, a member that is undefined) is refused instead of being changed.
 */
import { RecordError, UsageError } from '../errors.ts';

const kinds = { json: 1, bytes: 2 } as const;

/** @throws UsageError for what JSON does not give back as it was */
export function encodeValue(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array) return withKind(kinds.bytes, value);
  return withKind(
    kinds.json,
    new TextEncoder().encode(JSON.stringify(plainCopy(value, new Set()))),
  );
}

/**
 * @returns a copy that nobody else has. Each member is read once, so what is checked is what is sealed, getter or not.
 * @throws UsageError for what JSON does not give back as it was
 */
export const copyOfValue = (value: unknown): unknown =>
  value instanceof Uint8Array ? bytesCopy.call(value) : plainCopy(value, new Set());

/** Of the same class; a Buffer's own `slice` would share memory. */
const bytesCopy = Uint8Array.prototype.slice;

/** @throws RecordError for bytes of a kind that this version does not know */
export function decodeValue(encoded: Uint8Array): unknown {
  const content = encoded.slice(1);
  if (encoded[0] === kinds.bytes) return content;
  if (encoded[0] !== kinds.json) {
    throw new RecordError('A field of the record is of a kind that this version does not know.');
  }
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content));
}

function withKind(kind: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(1 + content.length);
  encoded[0] = kind;
  encoded.set(content, 1);
  return encoded;
}

function plainCopy(value: unknown, within: Set<unknown>): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
  if (typeof value !== 'object' || within.has(value) || !isPlain(value)) throw notJson();
  within.add(value);
  // What is not listed, or has a symbol or a name beside an array's elements, JSON drops.
  const members = Reflect.ownKeys(value).length - (Array.isArray(value) ? 1 : 0);
  const names = Object.keys(value);
  // A hole of an array is undefined here, which is refused; its own `map` would pass over it.
  const read = Array.isArray(value) ? Array.from(value) : Object.values(value);
  if (members !== read.length || members !== names.length) throw notJson();
  const copies = read.map((member) => plainCopy(member, within));
  within.delete(value);
  return Array.isArray(value)
    ? copies
    : Object.fromEntries(names.map((name, at) => [name, copies[at]]));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  const isOrdinary = Array.isArray(value)
    ? prototype === Array.prototype
    : prototype === Object.prototype;
  return (isOrdinary || prototype === null) && typeof Reflect.get(value, 'toJSON') !== 'function';
}

const notJson = (): UsageError =>
  new UsageError(
    'A field to seal must be bytes (Uint8Array) or what JSON gives back as it was: texts, finite numbers but -0, true, ' +
      'false, null, and arrays and plain objects of these. Turn anything else into one of them first.',
  );
