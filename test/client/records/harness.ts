/** Records with data keys and hashes from memory. */
import { createHmac } from 'node:crypto';
import type { MacRequest, MacSource } from '../../../client/records/blind-index.ts';
import {
  defaultLimits,
  RecordDataKeys,
  type RecordKeyLimits,
} from '../../../client/records/record-data-keys.ts';
import type {
  TenantRecordOptions,
  TenantRecordsOptions,
} from '../../../client/records/record-options.ts';
import { TenantRecord } from '../../../client/records/tenant-record.ts';
import { type RecordSources, TenantRecords } from '../../../client/records/tenant-records.ts';
import { type Keys, keysInMemory } from '../key-store.ts';

/** Hashes by a key for each purpose, of as many versions as `live` has. */
export function macsInMemory(live: readonly number[] = [1]): MacSource & { requests: number } {
  const source = {
    requests: 0,
    macs: async (requests: readonly MacRequest[]) => {
      source.requests += 1;
      return requests.map(({ purpose, value, bits = 256 }) =>
        live.map((version) => {
          const mac = createHmac('sha256', `${purpose} ${version}`).update(value).digest();
          return { version, mac: new Uint8Array(mac.subarray(0, bits / 8)) };
        }),
      );
    },
  };
  return source;
}

export interface Sources extends RecordSources {
  readonly keys: Keys;
}

export function sourcesInMemory(
  options: {
    tenantId?: string;
    keys?: Keys;
    macs?: MacSource;
    limits?: Partial<RecordKeyLimits>;
    now?: () => number;
  } = {},
): Sources {
  const keys = options.keys ?? keysInMemory();
  const limits = { ...defaultLimits, ...options.limits };
  return {
    tenantId: options.tenantId ?? 'acme',
    keys,
    dataKeys: new RecordDataKeys(keys.source, limits, options.now),
    macs: options.macs ?? macsInMemory(),
  };
}

/** The record `customer` 7 of acme, or another. */
export const record = (sources: RecordSources, options: Partial<TenantRecordOptions> = {}) =>
  new TenantRecord(sources, { type: 'customer', id: '7', ...options });

export const records = (sources: RecordSources, options: Partial<TenantRecordsOptions> = {}) =>
  new TenantRecords(sources, { type: 'customer', id: 'id', ...options });
