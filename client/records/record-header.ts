/**
 * What a sealed record carries once: docs/record-format.md, "The header". Invariant: one header has one spelling. Whatever
 * parses is written again as the same bytes, so nothing can be changed in it that the commitment does not hold.
 */
import { concatenated, textOf, uint16, withLength } from '../binary.ts';
import { notFromApi } from '../bytes.ts';
import { RecordError, UsageError } from '../errors.ts';
import { byBytes, isPath, sortedPaths } from './paths.ts';

export const formatVersion = 1;
/** HKDF-SHA-512 with a commitment, AES-256-GCM */
export const suite = 1;
export const saltBytes = 32;
export const commitmentBytes = 32;

/** Whose data key it is: of several records of one type, or of this record alone. */
export const keyScopes = { shared: 1, own: 2 } as const;
export type KeyScope = keyof typeof keyScopes;

export interface RecordHeader {
  readonly keyScope: KeyScope;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly commitment: Uint8Array<ArrayBuffer>;
  /** the data key, wrapped by the tenant's key */
  readonly wrappedDataKey: Uint8Array<ArrayBuffer>;
  /** of the fields, in their order */
  readonly paths: readonly string[];
}

const fixedBytes = 3 + saltBytes + commitmentBytes;
const maxFields = 0xffff;
/** what KMS takes as a ciphertext */
const maxWrappedBytes = 6144;

/** @throws UsageError, ConnectionError for a header that has no place for its paths or its wrapped key */
export function serializeHeader(header: RecordHeader): Uint8Array<ArrayBuffer> {
  const paths = header.paths.map((path) => new TextEncoder().encode(path));
  if (paths.length > maxFields) throw new UsageError('A record has 65,535 sealed fields at most.');
  if (header.wrappedDataKey.length > maxWrappedBytes) {
    throw notFromApi('has a wrapped data key longer than KMS makes one');
  }
  return concatenated([
    Uint8Array.of(formatVersion, suite, keyScopes[header.keyScope]),
    header.salt,
    header.commitment,
    ...withLength(header.wrappedDataKey),
    uint16(paths.length),
    ...paths.flatMap(withLength),
  ]);
}

/** @throws RecordError for what is no header, or one of a later version */
export function parseHeader(bytes: Uint8Array): RecordHeader {
  const [version, suiteId, scopeByte] = bytes;
  if (version !== undefined && (version !== formatVersion || suiteId !== suite)) {
    throw new RecordError(
      'The record is of a format or suite that this version does not know. Open it with a later version of the client.',
    );
  }
  const keyScope = (['shared', 'own'] as const).find((scope) => keyScopes[scope] === scopeByte);
  if (keyScope === undefined || bytes.length < fixedBytes) throw malformed();
  const reader = new Reader(bytes, 3);
  const salt = reader.bytes(saltBytes);
  const commitment = reader.bytes(commitmentBytes);
  const wrappedDataKey = reader.bytes(reader.uint16());
  const paths = Array.from({ length: reader.uint16() }, () => reader.text(reader.uint16()));
  if (!reader.isAtEnd || wrappedDataKey.length > maxWrappedBytes || !areInOrder(paths)) {
    throw malformed();
  }
  return { keyScope, salt, commitment, wrappedDataKey, paths };
}

function areInOrder(paths: readonly string[]): boolean {
  if (!paths.every(isPath)) return false;
  if (paths.some((path, index) => index > 0 && byBytes(paths[index - 1] ?? '', path) >= 0)) {
    return false;
  }
  try {
    return sortedPaths(paths).length === paths.length;
  } catch {
    return false;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#position = position;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw malformed();
    const slice = this.#bytes.slice(this.#position, end);
    this.#position = end;
    return new Uint8Array(slice);
  }

  uint16(): number {
    const [high = 0, low = 0] = this.bytes(2);
    return high * 256 + low;
  }

  text(length: number): string {
    const text = textOf(this.bytes(length));
    if (text === undefined) throw malformed();
    return text;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }
}

const malformed = (): RecordError =>
  new RecordError('The header of the record is cut off, or has been changed.');
