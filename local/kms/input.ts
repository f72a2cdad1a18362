/**
 * Reads the input of an operation as AWS does: a wrong JSON type is a SerializationException; the constraints of the
 * API's model are checked all at once, in one ValidationException that counts what is broken.
 * A member that the operation does not have is ignored, as AWS ignores it.
 */
import {
  checkLength,
  checkNumber,
  checkOneOf,
  isMissingMember,
  memberPath,
  requireValid,
  type TextLimits,
  textCheck,
  type Violations,
} from '../aws/validation.ts';
import { serialization } from './errors.ts';

/** Reads one member; notes broken constraints, throws on a wrong type. */
export type Member<T> = (value: unknown, path: string, violations: Violations) => T;

/** The members of a structure, by name. */
export type Members = Readonly<Record<string, Member<unknown>>>;

export type Values<M extends Members> = { readonly [K in keyof M]: ReturnType<M[K]> };

/** @throws AwsError SerializationException, ValidationException */
export function readInput<M extends Members>(
  members: M,
  input: Readonly<Record<string, unknown>>,
): Values<M> {
  const violations: Violations = [];
  const values = readMembers(members, input, '', violations);
  requireValid(violations, 'ValidationException');
  return values;
}

function readMembers<M extends Members>(
  members: M,
  input: Readonly<Record<string, unknown>>,
  prefix: string,
  violations: Violations,
): Values<M> {
  const entries = Object.entries(members).map(([name, member]) => [
    name,
    member(input[name], prefix + memberPath(name), violations),
  ]);
  return Object.fromEntries(entries);
}

export const optional =
  <T>(member: Member<T>): Member<T | undefined> =>
  (value, path, violations) =>
    value === undefined || value === null ? undefined : member(value, path, violations);

/** @param fallback what AWS takes where the member is not given */
export const defaulted =
  <T>(member: Member<T>, fallback: T): Member<T> =>
  (value, path, violations) =>
    value === undefined || value === null ? fallback : member(value, path, violations);

/** @param limits lengths in UTF-16 units, as AWS counts */
export function text(limits: TextLimits = {}): Member<string> {
  const check = textCheck(limits);
  return (value, path, violations) => {
    if (isMissingMember(value, path, violations)) return '';
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    check(value, path, violations);
    return value;
  };
}

export const oneOf =
  <T extends string>(values: readonly T[]): Member<T> =>
  (value, path, violations) => {
    if (isMissingMember(value, path, violations)) return values[0] as T;
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    checkOneOf(value, values, path, violations);
    return value as T;
  };

export const integer =
  (min: number, max: number): Member<number> =>
  (value, path, violations) => {
    if (isMissingMember(value, path, violations)) return min;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'an Integer');
    checkNumber(value, { min, max }, path, violations);
    return value;
  };

export const boolean: Member<boolean> = (value) => {
  if (typeof value !== 'boolean') throw wrongType(value, 'a Boolean');
  return value;
};

/** Bytes in base64. */
export const blob =
  (min: number, max: number): Member<Buffer> =>
  (value, path, violations) => {
    if (isMissingMember(value, path, violations)) return Buffer.alloc(0);
    if (typeof value !== 'string') throw wrongType(value, 'a Blob');
    const bytes = Buffer.from(value, 'base64');
    // Node decodes garbage in silence; only canonical base64 comes back the same.
    if (bytes.toString('base64') !== value) throw serialization('Invalid base64 in a Blob');
    checkLength(bytes, { min, max }, path, violations);
    return bytes;
  };

export const list =
  <T>(member: Member<T>, max = Number.POSITIVE_INFINITY): Member<readonly T[]> =>
  (value, path, violations) => {
    if (isMissingMember(value, path, violations)) return [];
    if (!Array.isArray(value)) throw wrongType(value, 'a List');
    checkLength(value, { max }, path, violations);
    return value.map((item, index) => member(item, `${path}.${index + 1}.member`, violations));
  };

export const structure =
  <M extends Members>(members: M): Member<Values<M>> =>
  (value, path, violations) => {
    if (!isObject(value)) throw wrongType(value, 'a Structure');
    return readMembers(members, value, `${path}.`, violations);
  };

/** A map from text to text; a Map, so that a name such as `__proto__` is a name like any other. */
export const textMap: Member<ReadonlyMap<string, string>> = (value) => {
  if (!isObject(value)) throw wrongType(value, 'a Map');
  return new Map(
    Object.entries(value).map(([name, item]) => {
      if (typeof item !== 'string') throw wrongType(item, 'a String');
      return [name, item];
    }),
  );
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function wrongType(value: unknown, expected: string) {
  if (Array.isArray(value)) return serialization('Start of list found where not expected');
  if (typeof value === 'object' && value !== null) {
    return serialization('Start of structure or map found where not expected.');
  }
  const found = value === null || value === undefined ? 'NULL' : typeName(value);
  return serialization(`${found}_VALUE can not be converted to ${expected}`);
}

const typeName = (value: unknown): string =>
  typeof value === 'boolean' ? String(value).toUpperCase() : (typeof value).toUpperCase();
