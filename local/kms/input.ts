/**
 * Reads the input of an operation as AWS does: first the JSON types (SerializationException), then
 * every constraint of the API's model at once (one ValidationException that counts them).
 * A member that the operation does not have is ignored, as AWS ignores it.
 */
import { serialization, validation } from './errors.ts';

/** Reads one member; notes broken constraints, throws on a wrong type. */
export type Member<T> = (value: unknown, path: string, violations: string[]) => T;

/** The members of a structure, by name. */
export type Members = Readonly<Record<string, Member<unknown>>>;

export type Values<M extends Members> = { readonly [K in keyof M]: ReturnType<M[K]> };

/** @throws AwsError SerializationException, ValidationException */
export function readInput<M extends Members>(
  members: M,
  input: Readonly<Record<string, unknown>>,
): Values<M> {
  const violations: string[] = [];
  const values = readMembers(members, input, '', violations);
  if (violations.length > 0) {
    const errors = violations.length === 1 ? 'error' : 'errors';
    throw validation(
      `${violations.length} validation ${errors} detected: ${violations.join('; ')}`,
    );
  }
  return values;
}

function readMembers<M extends Members>(
  members: M,
  input: Readonly<Record<string, unknown>>,
  prefix: string,
  violations: string[],
): Values<M> {
  const entries = Object.entries(members).map(([name, member]) => [
    name,
    member(input[name], prefix + lowerFirst(name), violations),
  ]);
  return Object.fromEntries(entries);
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

export const optional =
  <T>(member: Member<T>): Member<T | undefined> =>
  (value, path, violations) =>
    value === undefined || value === null ? undefined : member(value, path, violations);

/** @param fallback what AWS takes where the member is not given */
export const defaulted =
  <T>(member: Member<T>, fallback: T): Member<T> =>
  (value, path, violations) =>
    value === undefined || value === null ? fallback : member(value, path, violations);

interface TextLimits {
  readonly min?: number;
  readonly max?: number;
  /** as AWS prints it; the whole text must match */
  readonly pattern?: string;
}

/** @param limits lengths in UTF-16 units, as AWS counts */
export function text(limits: TextLimits = {}): Member<string> {
  const { min = 0, max = Number.POSITIVE_INFINITY, pattern } = limits;
  const expression = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'u');
  return (value, path, violations) => {
    if (isMissing(value, path, violations)) return '';
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    const violate = (constraint: string) =>
      violations.push(broken(`Value '${value}' at '${path}'`, constraint));
    if (value.length < min) violate(`have length greater than or equal to ${min}`);
    if (value.length > max) violate(`have length less than or equal to ${max}`);
    if (expression?.test(value) === false) {
      violate(`satisfy regular expression pattern: ${pattern}`);
    }
    return value;
  };
}

export const oneOf =
  <T extends string>(values: readonly T[]): Member<T> =>
  (value, path, violations) => {
    if (isMissing(value, path, violations)) return values[0] as T;
    if (typeof value !== 'string') throw wrongType(value, 'a String');
    if (!(values as readonly string[]).includes(value)) {
      const constraint = `satisfy enum value set: [${values.join(', ')}]`;
      violations.push(broken(`Value '${value}' at '${path}'`, constraint));
    }
    return value as T;
  };

export const integer =
  (min: number, max: number): Member<number> =>
  (value, path, violations) => {
    if (isMissing(value, path, violations)) return min;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'an Integer');
    const violate = (constraint: string) =>
      violations.push(broken(`Value '${value}' at '${path}'`, constraint));
    if (value < min) violate(`have value greater than or equal to ${min}`);
    if (value > max) violate(`have value less than or equal to ${max}`);
    return value;
  };

export const boolean: Member<boolean> = (value) => {
  if (typeof value !== 'boolean') throw wrongType(value, 'a Boolean');
  return value;
};

/** Bytes in base64. The message of a broken constraint does not show them: they may be plaintext. */
export const blob =
  (min: number, max: number): Member<Buffer> =>
  (value, path, violations) => {
    if (isMissing(value, path, violations)) return Buffer.alloc(0);
    if (typeof value !== 'string') throw wrongType(value, 'a Blob');
    const bytes = Buffer.from(value, 'base64');
    // Node decodes garbage in silence; only canonical base64 comes back the same.
    if (bytes.toString('base64') !== value) throw serialization('Invalid base64 in a Blob');
    const violate = (constraint: string) =>
      violations.push(broken(`Value at '${path}'`, constraint));
    if (bytes.length < min) violate(`have length greater than or equal to ${min}`);
    if (bytes.length > max) violate(`have length less than or equal to ${max}`);
    return bytes;
  };

export const list =
  <T>(member: Member<T>, max = Number.POSITIVE_INFINITY): Member<readonly T[]> =>
  (value, path, violations) => {
    if (isMissing(value, path, violations)) return [];
    if (!Array.isArray(value)) throw wrongType(value, 'a List');
    if (value.length > max) {
      violations.push(broken(`Value at '${path}'`, `have length less than or equal to ${max}`));
    }
    return value.map((item, index) => member(item, `${path}.${index + 1}.member`, violations));
  };

export const structure =
  <M extends Members>(members: M): Member<Values<M>> =>
  (value, path, violations) => {
    if (!isObject(value)) throw wrongType(value, 'a Structure');
    return readMembers(members, value, `${path}.`, violations);
  };

/** A map from text to text. A Map, so that no name in it can mean anything to JavaScript. */
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

function isMissing(value: unknown, path: string, violations: string[]): boolean {
  if (value !== undefined && value !== null) return false;
  violations.push(broken(`Value null at '${path}'`, 'not be null'));
  return true;
}

const broken = (subject: string, constraint: string): string =>
  `${subject} failed to satisfy constraint: Member must ${constraint}`;

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
