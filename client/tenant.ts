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
  generateDataKey,
  generateWrappedDataKey,
  openDataKey,
  type Requester,
  type WrappedDataKey,
} from './data-keys.ts';
import type { AuditEvent, Inspection } from './http/api-types.ts';
import { type CallOptions, checkTenantId } from './http/call.ts';
import type { Transport } from './http/transport.ts';
import type { Settled } from './parts.ts';

export class TenantHandle {
  readonly tenantId: string;
  readonly #requester: Requester;

  /** @throws UsageError where it is no tenant id */
  constructor(transport: Transport, tenantId: string) {
    checkTenantId(tenantId);
    this.tenantId = tenantId;
    this.#requester = { transport, tenantId };
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
   * As many as there are, in order, each with its ciphertext or its own error. Items that share a context share a call of
   * KMS. It throws what is not the fault of an item, as of a suspended tenant.
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

  /** Events that come minutes after what happened; see `docs/api.md`, "The audit". */
  audit(query: AuditQuery = {}): AsyncGenerator<AuditEvent, void, undefined> {
    return auditEvents(this.#requester, query);
  }
}
