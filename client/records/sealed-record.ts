/** One record sealed and opened: docs/record-format.md. */
import { fromBase64, toBase64 } from '../base64.ts';
import { isUnwrapRefused } from '../data-key-source.ts';
import { RecordError, UsageError } from '../errors.ts';
import type { Claims } from '../http/call.ts';
import { type Item, type Path, parsePath, valueAt, withValues } from './paths.ts';
import type { RecordDataKeys } from './record-data-keys.ts';
import { type KeyScope, parseHeader, saltBytes, serializeHeader } from './record-header.ts';
import {
  checkCommitment,
  decryptField,
  encryptField,
  notAsSealed,
  type RecordBinding,
  recordKey,
} from './record-key.ts';
import { decodeValue, encodeValue } from './values.ts';

/** How ciphertexts stand in the item: bytes for databases, or base64 text for JSON. */
export type Encoding = 'bytes' | 'text';

/** The member of a sealed item that its header is in. */
export const headerMember = '$sealed';

export interface SealRequest {
  readonly binding: RecordBinding;
  readonly item: Item;
  /** in their order: `sortedPaths` */
  readonly paths: readonly string[];
  readonly keyScope: KeyScope;
  readonly encoding: Encoding;
  readonly claims?: Claims;
}

/** @throws UsageError where a path leads nowhere, or to what cannot be sealed */
export async function sealRecord(
  keys: RecordDataKeys,
  { binding, item, paths, keyScope, encoding, claims }: SealRequest,
): Promise<Record<string, unknown>> {
  if (Object.hasOwn(item, headerMember)) {
    throw new UsageError(`The item is sealed already: it has a member "${headerMember}".`);
  }
  const plaintexts = paths.map(
    (path) => [parsePath(path), encodeValue(presentAt(item, path))] as const,
  );
  const { key: dataKey, wrapped } = await keys.toSeal(keyScope, binding, claims);
  const salt = crypto.getRandomValues(new Uint8Array(saltBytes));
  const key = await recordKey(dataKey, binding, { keyScope, salt, paths });
  const fields = await Promise.all(
    plaintexts.map(async ([path, plaintext], index) => {
      const ciphertext = await encryptField(key, index, plaintext);
      plaintext.fill(0);
      return [path, encoded(ciphertext, encoding)] as const;
    }),
  );
  const { commitment } = key;
  const header = serializeHeader({ keyScope, salt, commitment, wrappedDataKey: wrapped, paths });
  return { ...withValues(item, new Map(fields)), [headerMember]: encoded(header, encoding) };
}

/**
 * @returns the item as it was, without the header
 * @throws RecordError where it is not this record as it was sealed; nothing of it is given then
 */
export async function openRecord(
  keys: RecordDataKeys,
  binding: RecordBinding,
  sealed: Item,
  claims?: Claims,
): Promise<{ readonly item: Record<string, unknown>; readonly paths: readonly string[] }> {
  const header = parseHeader(
    decoded(Object.hasOwn(sealed, headerMember) ? sealed[headerMember] : undefined),
  );
  const dataKey = await keys
    .toOpen(header.keyScope, binding, header.wrappedDataKey, claims)
    .catch((error: unknown) => {
      throw isUnwrapRefused(error) ? notAsSealed() : error;
    });
  const key = await recordKey(dataKey, binding, header);
  checkCommitment(header, key);
  const fields = await Promise.all(
    header.paths.map(async (text, index): Promise<readonly [Path, unknown]> => {
      const path = parsePath(text);
      const plaintext = await decryptField(key, index, decoded(valueAt(sealed, path)));
      const value = decodeValue(plaintext);
      plaintext.fill(0);
      return [path, value];
    }),
  );
  const item = withValues(sealed, new Map(fields));
  delete item[headerMember];
  return { item, paths: header.paths };
}

function presentAt(item: Item, path: string): unknown {
  const value = valueAt(item, parsePath(path));
  if (value === undefined) {
    throw new UsageError(
      'A path leads to nothing in the item, so the field that is meant would stay in the clear. Correct the path, or ' +
        'write a "?" after it where the field may be missing.',
    );
  }
  return value;
}

const encoded = (bytes: Uint8Array<ArrayBuffer>, encoding: Encoding): Uint8Array | string =>
  encoding === 'text' ? toBase64(bytes) : bytes;

/** Either form, whatever the option says: a record may be read by another program than wrote it. */
function decoded(value: unknown): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === 'string' ? fromBase64(value) : value;
  if (!(bytes instanceof Uint8Array)) {
    throw new RecordError(
      `The record is not sealed, or a part of it is missing: its header in "${headerMember}" or one of its fields.`,
    );
  }
  return new Uint8Array(bytes);
}
