/** Records with data keys from memory, wrapped so that they open only under their own context, as KMS does it. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { DataKeySource, EncryptionContext } from '../../../client/data-key-source.ts';
import type { MacRequest, MacSource } from '../../../client/records/blind-index.ts';
import {
  defaultLimits,
  RecordDataKeys,
  type RecordKeyLimits,
} from '../../../client/records/record-data-keys.ts';
import {
  type RecordSources,
  TenantRecord,
  type TenantRecordOptions,
  TenantRecords,
  type TenantRecordsOptions,
} from '../../../client/records/tenant-records.ts';

export interface Keys {
  readonly source: DataKeySource;
  readonly contexts: EncryptionContext[];
  /** each plaintext that was given out, the same bytes */
  readonly plaintexts: Uint8Array[];
  generated: number;
  opened: number;
}

/** A key store with one key, which is one tenant's. */
export function keysInMemory(): Keys {
  const key = randomBytes(32);
  const aad = (context: EncryptionContext) =>
    Buffer.from(JSON.stringify(Object.entries(context).sort()));
  const given = (plaintext: Uint8Array<ArrayBuffer>) => {
    keys.plaintexts.push(plaintext);
    return plaintext;
  };
  const keys: Keys = {
    contexts: [],
    plaintexts: [],
    generated: 0,
    opened: 0,
    source: {
      generate: async (context) => {
        keys.generated += 1;
        keys.contexts.push(context);
        const plaintext = new Uint8Array(randomBytes(32));
        const nonce = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(context));
        const wrapped = Buffer.concat([
          nonce,
          cipher.update(plaintext),
          cipher.final(),
          cipher.getAuthTag(),
        ]);
        return { keyArn: 'arn', wrapped: new Uint8Array(wrapped), plaintext: given(plaintext) };
      },
      open: async (wrapped, context) => {
        keys.opened += 1;
        const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(0, 12));
        decipher.setAAD(aad(context)).setAuthTag(wrapped.subarray(-16));
        try {
          const plaintext = [decipher.update(wrapped.subarray(12, -16)), decipher.final()];
          return given(new Uint8Array(Buffer.concat(plaintext)));
        } catch {
          throw Object.assign(new Error('400'), { code: 'decryption-failed' });
        }
      },
    },
  };
  return keys;
}

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
