/**
 * Records of one type of a tenant: items of a database of which some fields are sealed. Each sealed field is bound to the
 * tenant, the type, the id and its path, and the header of the record to all of its fields together.
 */
import { RecordError, UsageError } from '../errors.ts';
import type { CallOptions } from '../http/call.ts';
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
import { type Item, parsePath, sortedPaths } from './paths.ts';
import type { RecordDataKeys } from './record-data-keys.ts';
import type { RecordBinding } from './record-key.ts';
import {
  bindingOf,
  checkRecordOptions,
  type OpenOptions,
  type SealOptions,
  type TenantRecordsOptions,
} from './record-options.ts';
import { openRecord, sealRecord } from './sealed-record.ts';

export interface RecordSources {
  readonly tenantId: string;
  readonly dataKeys: RecordDataKeys;
  readonly macs: MacSource;
}

export type OpenItem = Record<string, unknown>;

export class TenantRecords {
  readonly #sources: RecordSources;
  readonly #options: TenantRecordsOptions;

  constructor(sources: RecordSources, options: TenantRecordsOptions) {
    checkRecordOptions(options);
    this.#sources = sources;
    this.#options = options;
  }

  /**
   * @param paths of the fields to seal, as in `address.street`; with a `?` after it a field may be missing
   * @returns copies of the items, in order, with ciphertexts in place of the fields and the header in `$sealed`
   * @throws UsageError for a path that leads nowhere, or to what JSON does not give back as it was
   * @throws ProblemError, ConnectionError where the API refuses or cannot be reached, as of a suspended tenant
   */
  async sealAll(
    items: readonly Item[],
    paths: readonly string[],
    { index = [], ...call }: SealOptions = {},
  ): Promise<OpenItem[]> {
    const { dataKey = 'shared', encoding = 'bytes', type, id, version } = this.#options;
    const indexes = index.map(indexOf);
    if (paths.length === 0) throw new UsageError('Say which fields to seal: at least one path.');
    const fields = paths.map(withoutMark);
    refuseUnsealed(indexes, fields);
    this.#refuseBinding(fields);
    const indexMembers = indexes.map(memberOf);
    refuseTaken(indexMembers, fields, [id, version]);
    const requests = items.map((item) => {
      // What the caller moves while this waits must not leave a field in the clear, nor a member that reads differently twice.
      const copy = copyAlong(item, fields);
      const present = sortedPaths(presentPaths(copy, paths));
      refuseTakenIn(item, indexMembers, fields);
      return {
        binding: this.#bindingOf(item),
        item: copy,
        paths: present,
        keyScope: dataKey,
        encoding,
        claims: call,
      };
    });
    const copies = requests.map(({ item }) => item);
    const members = await blindIndexes(this.#sources.macs, type, indexes, copies, call);
    call.signal?.throwIfAborted();
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
   * @throws ProblemError, ConnectionError where the API refuses or cannot be reached: that says nothing of the records
   */
  async openAll(
    items: readonly Item[],
    { paths: wanted, ...call }: OpenOptions = {},
  ): Promise<OpenItem[]> {
    call.signal?.throwIfAborted();
    const expected = wanted === undefined ? undefined : new Set(sortedPaths(wanted));
    return Promise.all(
      items.map(async (sealed) => {
        const { item, paths } = await openRecord(
          this.#sources.dataKeys,
          this.#bindingOf(sealed),
          sealed,
          call,
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
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    return lookupTexts(this.#sources.macs, this.#options.type, indexOf(index), value, options);
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
    return bindingOf(this.#sources.tenantId, this.#options, item);
  }
}
