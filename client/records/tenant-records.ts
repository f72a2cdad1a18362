/**
 * Records of one type of a tenant: items of a database of which some fields are sealed. Each sealed field is bound to the
 * tenant, the type, the id and its path, and the header of the record to all of its fields together.
 */
import { RecordError, UsageError } from '../errors.ts';
import {
  blindIndexes,
  type Index,
  indexOf,
  indexSuffix,
  lookupTexts,
  type MacSource,
  memberOf,
} from './blind-index.ts';
import { copyAlong, presentPaths, withoutMark } from './fields.ts';
import { refuseTaken, refuseTakenIn, refuseUnsealed } from './index-members.ts';
import { type Item, parsePath, sortedPaths, valueAt } from './paths.ts';
import type { RecordDataKeys } from './record-data-keys.ts';
import { type KeyScope, keyScopes } from './record-header.ts';
import type { RecordBinding } from './record-key.ts';
import { type Encoding, openRecord, sealRecord } from './sealed-record.ts';

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

export interface SealOptions {
  /** fields that are to be found again by equal values; each is one of those that are sealed */
  readonly index?: readonly (string | Index)[];
  readonly signal?: AbortSignal;
}

export interface OpenOptions {
  /** refuses a record of which other fields than these are sealed */
  readonly paths?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface RecordSources {
  readonly tenantId: string;
  readonly dataKeys: RecordDataKeys;
  readonly macs: MacSource;
}

type OpenItem = Record<string, unknown>;

export class TenantRecords {
  readonly #sources: RecordSources;
  readonly #options: TenantRecordsOptions;

  constructor(sources: RecordSources, options: TenantRecordsOptions) {
    if (!isText(options.type, 128))
      throw new UsageError('The type of a record is a text of 1-128 characters.');
    if (options.dataKey !== undefined && !Object.hasOwn(keyScopes, options.dataKey)) {
      throw new UsageError('The data key of a record is "shared" or "own".');
    }
    this.#sources = sources;
    this.#options = options;
  }

  /**
   * @param paths of the fields to seal, as in `address.street`; with a `?` after it a field may be missing
   * @returns copies of the items, in order, with ciphertexts in place of the fields and the header in `$sealed`
   * @throws UsageError for a path that leads nowhere, or to what JSON does not give back as it was
   */
  async sealAll(
    items: readonly Item[],
    paths: readonly string[],
    options: SealOptions = {},
  ): Promise<OpenItem[]> {
    const { dataKey = 'shared', encoding = 'bytes', type, id, version } = this.#options;
    const indexes = (options.index ?? []).map(indexOf);
    if (paths.length === 0) throw new UsageError('Say which fields to seal: at least one path.');
    const fields = paths.map(withoutMark);
    refuseUnsealed(indexes, fields);
    this.#refuseBinding(fields);
    const indexMembers = indexes.map(memberOf);
    refuseTaken(indexMembers, fields, [id, version]);
    const requests = items.map((item) => {
      const present = sortedPaths(presentPaths(item, paths));
      refuseTakenIn(item, indexMembers, fields);
      return {
        binding: this.#bindingOf(item),
        // What the caller moves while this waits must not leave a field in the clear.
        item: copyAlong(item, present),
        paths: present,
        keyScope: dataKey,
        encoding,
      };
    });
    const copies = requests.map(({ item }) => item);
    const members = await blindIndexes(this.#sources.macs, type, indexes, copies, options.signal);
    options.signal?.throwIfAborted();
    return Promise.all(
      requests.map(async (request, at) => {
        const sealed = await sealRecord(this.#sources.dataKeys, request);
        return { ...sealed, ...Object.fromEntries(members[at] ?? []) };
      }),
    );
  }

  /**
   * @returns the items as they were before they were sealed, without header and indexes
   * @throws RecordError where one is not the record that was sealed; nothing is given then
   */
  openAll(items: readonly Item[], options: OpenOptions = {}): Promise<OpenItem[]> {
    options.signal?.throwIfAborted();
    const expected = options.paths === undefined ? undefined : new Set(sortedPaths(options.paths));
    return Promise.all(
      items.map(async (sealed) => {
        const { item, paths } = await openRecord(
          this.#sources.dataKeys,
          this.#bindingOf(sealed),
          sealed,
        );
        if (
          expected !== undefined &&
          (paths.length !== expected.size || !paths.every((path) => expected.has(path)))
        ) {
          throw new RecordError('Other fields of the record are sealed than "paths" says.');
        }
        for (const path of paths) delete item[`${path}${indexSuffix}`];
        return item;
      }),
    );
  }

  /**
   * @returns what the index member of a record with this value may have: one text, or two while the key of the
   * index is being changed. Search for any of them.
   */
  lookup(
    index: string | Index,
    value: unknown,
    options: Pick<SealOptions, 'signal'> = {},
  ): Promise<readonly string[]> {
    return lookupTexts(
      this.#sources.macs,
      this.#options.type,
      indexOf(index),
      value,
      options.signal,
    );
  }

  /** Sealed, the id or the version would be gone that is needed to open the record. */
  #refuseBinding(paths: readonly string[]): void {
    const names = paths.map((path) => parsePath(path)[0]);
    const { id, version } = this.#options;
    if ([id, version].some((name) => typeof name === 'string' && names.includes(name))) {
      throw new UsageError('The member that has the id or the version of a record is not sealed.');
    }
  }

  #bindingOf(item: Item): RecordBinding {
    const { type, id, version } = this.#options;
    const idValue = typeof id === 'function' ? id(item) : valueAt(item, [id]);
    if (!isText(idValue, 1024))
      throw new UsageError('The id of a record is a text of 1-1,024 characters.');
    const versionValue =
      typeof version === 'function' ? version(item) : version && valueAt(item, [version]);
    if (version !== undefined && !Number.isSafeInteger(versionValue)) {
      throw new UsageError('The version of a record is a whole number.');
    }
    const { tenantId } = this.#sources;
    return { tenantId, type, id: idValue, version: versionValue as number | undefined };
  }
}

/** One record by its type and id. */
export class TenantRecord {
  readonly #records: TenantRecords;

  constructor(sources: RecordSources, { id, version, ...options }: TenantRecordOptions) {
    this.#records = new TenantRecords(sources, {
      ...options,
      id: () => id,
      ...(version === undefined ? {} : { version: () => version }),
    });
  }

  /** As `sealAll`, of this record. */
  async seal(item: Item, paths: readonly string[], options: SealOptions = {}): Promise<OpenItem> {
    return only(await this.#records.sealAll([item], paths, options));
  }

  /** As `openAll`, of this record. */
  async open(item: Item, options: OpenOptions = {}): Promise<OpenItem> {
    return only(await this.#records.openAll([item], options));
  }
}

function only(items: readonly OpenItem[]): OpenItem {
  const [item] = items;
  if (item === undefined) throw new Error('One record gave none.');
  return item;
}

const isText = (value: unknown, maxCharacters: number): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= maxCharacters &&
  !/\p{Surrogate}/u.test(value);
