/** What a caller says of records: which they are, how they are sealed, and what the requests for them say of themselves. */
import { UsageError } from '../errors.ts';
import type { CallOptions } from '../http/call.ts';
import type { Index } from './blind-index.ts';
import { type Item, valueAt } from './paths.ts';
import { type KeyScope, keyScopes } from './record-header.ts';
import type { RecordBinding } from './record-key.ts';
import type { Encoding } from './sealed-record.ts';

export interface RecordOptions {
  /** what kind of record it is, such as the table's name: 1-128 characters */
  readonly type: string;
  /** `shared` (the default): a data key for up to 1,000 records within five minutes. `own`: one for each record. */
  readonly dataKey?: KeyScope;
  /** `bytes` (the default): Uint8Array. `text`: base64, for an item that is stored as JSON. */
  readonly encoding?: Encoding;
}

/** One record. */
export interface TenantRecordOptions extends RecordOptions {
  /** 1-1,024 characters */
  readonly id: string;
  /** counted by the caller, outside of what a thief of the database can write; then a whole record of an earlier version is found */
  readonly version?: number;
}

/** Many records of one type. */
export interface TenantRecordsOptions extends RecordOptions {
  /** the member with a record's id, or a function that gives it; an item has the same id sealed and open */
  readonly id: string | ((item: Item) => string);
  readonly version?: string | ((item: Item) => number);
}

/**
 * `actor` and `label` go with the requests that are made: a data key in memory needs none. Each actor and label has data keys of
 * its own, so that the audit has one request of each at least.
 */
export interface SealOptions extends CallOptions {
  /** fields that are to be found again by equal values; each is one of those that are sealed */
  readonly index?: readonly (string | Index)[];
}

/** `actor` and `label` as in `SealOptions`. */
export interface OpenOptions extends CallOptions {
  /** refuses a record of which other fields than these are sealed */
  readonly paths?: readonly string[];
}

/** @throws UsageError where the type or the scope of data keys is none */
export function checkRecordOptions({ type, dataKey }: RecordOptions): void {
  if (!isText(type, 128))
    throw new UsageError('The type of a record is a text of 1-128 characters.');
  if (dataKey !== undefined && !Object.hasOwn(keyScopes, dataKey)) {
    throw new UsageError('The data key of a record is "shared" or "own".');
  }
}

/**
 * @param item sealed or open, which has the same id and version
 * @throws UsageError where the id or the version is none
 */
export function bindingOf(
  tenantId: string,
  { type, id, version }: TenantRecordsOptions,
  item: Item,
): RecordBinding {
  const idValue = typeof id === 'function' ? id(item) : valueAt(item, [id]);
  if (!isText(idValue, 1024))
    throw new UsageError('The id of a record is a text of 1-1,024 characters.');
  const versionValue =
    typeof version === 'function' ? version(item) : version && valueAt(item, [version]);
  if (version !== undefined && !Number.isSafeInteger(versionValue)) {
    throw new UsageError('The version of a record is a whole number.');
  }
  return { tenantId, type, id: idValue, version: versionValue as number | undefined };
}

const isText = (value: unknown, maxCharacters: number): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= maxCharacters &&
  !/\p{Surrogate}/u.test(value);
