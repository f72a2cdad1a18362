/** One record of a tenant: records of which there is one. */
import type { Item } from './paths.ts';
import type { OpenOptions, SealOptions, TenantRecordOptions } from './record-options.ts';
import { type OpenItem, type RecordSources, TenantRecords } from './tenant-records.ts';

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
