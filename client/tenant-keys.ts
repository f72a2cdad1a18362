/** `@tenant-keys/client`: the entry, and what the package gives. */

import { type AuditQuery, auditEvents } from './audit.ts';
import type { AuditEvent, CertificateKeys, KeyStore } from './http/api-types.ts';
import type { CallOptions } from './http/call.ts';
import { openTransport, type Transport, type TransportOptions } from './http/transport.ts';
import type { RecordKeyLimits } from './records/record-data-keys.ts';
import { TenantHandle } from './tenant.ts';
import { Tenants } from './tenants.ts';

export type { AuditQuery } from './audit.ts';
export type { DecryptBatchOptions, DecryptItem, EncryptItem, ReencryptItem } from './batches.ts';
export type {
  ContextOptions,
  EncryptOptions,
  Mode,
  Reencrypted,
  ReencryptOptions,
} from './crypto.ts';
export type { DataKey, DataKeySource, EncryptionContext } from './data-key-source.ts';
export type { WrappedDataKey } from './data-keys.ts';
export { MessageError, RecordError, TenantKeysError, UsageError } from './errors.ts';
export type {
  AttemptEvent,
  AuditEvent,
  Certificate,
  CertificateKeys,
  ExternalAccountSetup,
  Inspection,
  KeyEvent,
  KeyStore,
  KeyStoreChange,
  KeyStoreName,
  OffboardedTenant,
  OnboardRequest,
  RequestEvent,
  Rotation,
  RotationStarted,
  SignedCertificate,
  Tenant,
  TenantPatch,
  TenantStatus,
} from './http/api-types.ts';
export type { CallOptions } from './http/call.ts';
export type { ClientCredentials } from './http/client-credentials.ts';
export { ConnectionError, type ConnectionFailure, TokenError } from './http/connection-error.ts';
export {
  AccessError,
  DecryptionFailedError,
  type ProblemCode,
  ProblemError,
  TenantStateError,
  UnavailableError,
} from './http/problem-error.ts';
export type { TokenRequest } from './http/token.ts';
export type { TokenFunction } from './http/tokens.ts';
export type { AnswerReport } from './http/transport.ts';
export type { MacOptions } from './macs.ts';
export type { ByteStreamPair } from './message/byte-stream.ts';
export type { OpenOptions as OpenStreamOptions } from './message/open-stream.ts';
export type { SealOptions as SealStreamOptions } from './message/seal-stream.ts';
export type { Settled } from './parts.ts';
export type { MacRequest, VersionedMac } from './records/blind-index.ts';
export type { RecordKeyLimits } from './records/record-data-keys.ts';
export type {
  OpenOptions as OpenRecordOptions,
  RecordOptions,
  SealOptions as SealRecordOptions,
  TenantRecordOptions,
  TenantRecordsOptions,
} from './records/record-options.ts';
export type { TenantRecord } from './records/tenant-record.ts';
export type { TenantRecords } from './records/tenant-records.ts';
export type {
  ExternalAccountOptions,
  ListOptions,
  OffboardOptions,
  RotateOptions,
  Tenants,
} from './tenants.ts';
export type { TenantHandle };

/** `url`, and either `token` or `credentials`. */
export interface TenantKeysOptions extends TransportOptions {
  /** of each tenant's data keys for records: 1,000 records, 300,000 ms, 1,000 data keys to open with */
  readonly recordKeys?: Partial<RecordKeyLimits> | undefined;
}

/** Each with its data keys for records. */
const maxTenants = 1000;

/**
 * A client of one API, for what one token, or one source of tokens, may do. It keeps connections and tokens, so one
 * is made for a process.
 */
export class TenantKeys {
  /** the control plane */
  readonly tenants: Tenants;
  readonly #transport: Transport;
  readonly #recordKeys: Partial<RecordKeyLimits> | undefined;
  /** the ones that were asked for last, the youngest at the end */
  readonly #handles = new Map<string, TenantHandle>();

  /** @throws UsageError where the options cannot be */
  constructor({ recordKeys, ...options }: TenantKeysOptions) {
    this.#transport = openTransport(options);
    this.#recordKeys = recordKeys;
    this.tenants = new Tenants(this.#transport);
  }

  /** Asks for nothing: whether there is such a tenant, its first request says. */
  tenant(tenantId: string): TenantHandle {
    const handle =
      this.#handles.get(tenantId) ?? new TenantHandle(this.#transport, tenantId, this.#recordKeys);
    this.#handles.delete(tenantId);
    this.#handles.set(tenantId, handle);
    for (const oldest of this.#handles.keys()) {
      if (this.#handles.size <= maxTenants) break;
      this.#handles.delete(oldest);
    }
    return handle;
  }

  /** Every tenant's events, and those about none, for an auditor's or administrator's token. */
  auditAll(query: AuditQuery = {}): AsyncGenerator<AuditEvent, void, undefined> {
    return auditEvents(this.#transport, undefined, query);
  }

  /** Where a tenant may have its key; the first is where it is if an onboarding names none. */
  async keyStores(options: CallOptions = {}): Promise<readonly KeyStore[]> {
    const list = await this.#transport.json('listKeyStores', options, { keyStores: 'array' });
    return list.keyStores;
  }

  /** The public keys by which certificates of erasure are verified. */
  certificateKeys(options: CallOptions = {}): Promise<CertificateKeys> {
    return this.#transport.json('certificateKey', options, { keys: 'array' });
  }
}
