/** A tenant's handle: all that its data plane and its audit do. */
import { type AuditQuery, auditEvents } from './audit.ts';
import {
  type DecryptBatchOptions,
  type DecryptItem,
  decryptBatch,
  type EncryptItem,
  encryptBatch,
  type ReencryptItem,
  reencryptBatch,
} from './batches.ts';
import type { Bytes } from './bytes.ts';
import { checkedContext } from './context.ts';
import {
  type ContextOptions,
  decrypt,
  type EncryptOptions,
  encrypt,
  inspect,
  type Reencrypted,
  type ReencryptOptions,
  reencrypt,
} from './crypto.ts';
import type { DataKey } from './data-key-source.ts';
import {
  dataKeySource,
  generateDataKey,
  generateWrappedDataKey,
  openDataKey,
  type Requester,
  type WrappedDataKey,
} from './data-keys.ts';
import type { AuditEvent, Inspection } from './http/api-types.ts';
import { type CallOptions, checkTenantId } from './http/call.ts';
import type { Transport } from './http/transport.ts';
import {
  type MacOptions,
  mac,
  macBatch,
  macSource,
  type RewrappedMacKeys,
  rewrapMacKeys,
  setMacVersions,
} from './macs.ts';
import type { ByteStreamPair } from './message/byte-stream.ts';
import { type OpenOptions as OpenStreamOptions, openStream } from './message/open-stream.ts';
import {
  type MessageKeys,
  type SealOptions as SealStreamOptions,
  sealStream,
} from './message/seal-stream.ts';
import type { Settled } from './parts.ts';
import type { MacRequest, VersionedMac } from './records/blind-index.ts';
import { defaultLimits, RecordDataKeys, type RecordKeyLimits } from './records/record-data-keys.ts';
import type { TenantRecordOptions, TenantRecordsOptions } from './records/record-options.ts';
import { TenantRecord } from './records/tenant-record.ts';
import { type RecordSources, TenantRecords } from './records/tenant-records.ts';

export class TenantHandle {
  readonly tenantId: string;
  readonly #requester: Requester;
  readonly #messages: MessageKeys;
  readonly #records: RecordSources;

  /** @throws UsageError where it is no tenant id */
  constructor(transport: Transport, tenantId: string, limits: Partial<RecordKeyLimits> = {}) {
    checkTenantId(tenantId);
    this.tenantId = tenantId;
    this.#requester = { transport, tenantId };
    const source = dataKeySource(this.#requester);
    this.#messages = { tenantId, dataKeys: source };
    const dataKeys = new RecordDataKeys(source, { ...defaultLimits, ...limits });
    this.#records = { tenantId, dataKeys, macs: macSource(this.#requester) };
  }

  /** At most 4 MiB; larger ones are sealed as a stream. */
  encrypt(plaintext: Uint8Array, options: EncryptOptions = {}): Promise<Bytes> {
    return encrypt(this.#requester, plaintext, options);
  }

  /** @throws DecryptionFailedError: another tenant's, another context, or not as it was encrypted */
  decrypt(ciphertext: Uint8Array, options: ContextOptions = {}): Promise<Bytes> {
    return decrypt(this.#requester, ciphertext, options);
  }

  /** Under the key's current material; the plaintext does not leave the server. */
  reencrypt(ciphertext: Uint8Array, options: ReencryptOptions = {}): Promise<Reencrypted> {
    return reencrypt(this.#requester, ciphertext, options);
  }

  /** What a ciphertext is, without its plaintext. */
  inspect(ciphertext: Uint8Array, options: ContextOptions = {}): Promise<Inspection> {
    return inspect(this.#requester, ciphertext, options);
  }

  /**
   * As many as there are, in order, each with its ciphertext or its own error. Items that share a context share a
   * call of KMS. It throws what is not the fault of an item, as of a suspended tenant.
   */
  encryptBatch(items: Iterable<EncryptItem>, options: CallOptions = {}): Promise<Settled<Bytes>[]> {
    return encryptBatch(this.#requester, items, options);
  }

  decryptBatch(
    items: Iterable<DecryptItem>,
    options: DecryptBatchOptions = {},
  ): Promise<Settled<Bytes>[]> {
    return decryptBatch(this.#requester, items, options);
  }

  reencryptBatch(
    items: Iterable<ReencryptItem>,
    options: DecryptBatchOptions = {},
  ): Promise<Settled<Reencrypted>[]> {
    return reencryptBatch(this.#requester, items, options);
  }

  /** A new one, with its plaintext: overwrite that with zeros once it is no longer needed. */
  dataKey({ context, ...call }: ContextOptions = {}): Promise<DataKey> {
    return generateDataKey(this.#requester, context, call);
  }

  /** A new one whose plaintext does not leave KMS. */
  wrappedDataKey({ context, ...call }: ContextOptions = {}): Promise<WrappedDataKey> {
    return generateWrappedDataKey(this.#requester, context, call);
  }

  decryptDataKey(wrapped: Uint8Array, { context, ...call }: ContextOptions = {}): Promise<Bytes> {
    return openDataKey(this.#requester, wrapped, context, call);
  }

  /**
   * Of any size, as one message of the AWS Encryption SDK: `file.pipeThrough(tenant.sealStream())`. One request, for
   * the data key; memory for a few frames.
   */
  sealStream({ context, ...options }: SealStreamOptions = {}): ByteStreamPair {
    return sealStream(this.#messages, { ...options, context: checkedContext(context) });
  }

  /**
   * Gives each part of the plaintext once it is verified. Only a stream that ends without an error has given all of
   * it: what an error follows is a true beginning, of a message that was cut off or changed.
   */
  openStream({ context, ...options }: OpenStreamOptions = {}): ByteStreamPair {
    return openStream(this.#messages, { ...options, context: checkedContext(context) });
  }

  /** A keyed hash to search by: one, and two while the purpose's key is being changed; store the newest, search by all. */
  mac(
    purpose: string,
    value: Uint8Array,
    options: MacOptions = {},
  ): Promise<readonly VersionedMac[]> {
    return mac(this.#requester, purpose, value, options);
  }

  /** As many as there are, in order. */
  macBatch(
    requests: Iterable<MacRequest>,
    options: CallOptions = {},
  ): Promise<Settled<readonly VersionedMac[]>[]> {
    return macBatch(this.#requester, requests, options);
  }

  /** `[1, 2]` begins version 2 of a purpose's key, `[2]` then retires version 1. */
  setMacVersions(
    purpose: string,
    versions: readonly number[],
    options: CallOptions = {},
  ): Promise<void> {
    return setMacVersions(this.#requester, purpose, versions, options);
  }

  /** After a change of the tenant's key store: of some purposes, by the new key. Repeat it until none is `left`. */
  rewrapMacKeys(options: CallOptions = {}): Promise<RewrappedMacKeys> {
    return rewrapMacKeys(this.#requester, options);
  }

  /** One record: an item of which some fields are sealed, each bound to this record. See `docs/record-format.md`. */
  record(options: TenantRecordOptions): TenantRecord {
    return new TenantRecord(this.#records, options);
  }

  /** Records of one type, many at once. */
  records(options: TenantRecordsOptions): TenantRecords {
    return new TenantRecords(this.#records, options);
  }

  /** Events that come minutes after what happened; see `docs/api.md`, "The audit". */
  audit(query: AuditQuery = {}): AsyncGenerator<AuditEvent, void, undefined> {
    return auditEvents(this.#requester.transport, this.tenantId, query);
  }
}
