/**
 * One log line for each call of a key store that CloudTrail does not record. The indexer makes an event of the tenant's
 * audit of it. Invariant: the line says which operation was asked for, of whose key, and how that ended; it has no token,
 * ciphertext, key material or path, and no words of the store's. It is written when the call ends, so that it is there
 * however the request ends that made the call.
 */
import type { AuditOutcome } from '../../contract/audit.ts';
import type { OtherKeyStoreName } from '../../contract/key-stores.ts';
import { log } from './log.ts';
import { requestStats } from './request-stats.ts';

export interface StoreCall {
  readonly keyStore: OtherKeyStoreName;
  /** by the store's own names, such as `POST transit/decrypt` or `kms:Decrypt` */
  readonly operation: string;
  /** whose key it is, or who signs in; undefined where it is about no tenant */
  readonly tenantId: string | undefined;
  /** of a key in KMS, which a tenant's account may have several of */
  readonly keyArn?: string | undefined;
  /** as the store gave it; undefined where it gave none */
  readonly requestId: string | undefined;
  /** what the call told the store of itself; absent where the store's own log has no room for it */
  readonly correlationId?: string;
  readonly outcome: AuditOutcome;
  readonly errorCode?: string | undefined;
  /** the product looked at something and changed nothing, or tried the store out before its first use */
  readonly routine?: boolean;
}

export const storeCallMessage = 'key store call';

/** The request that made the call, if one did, rests on it. */
export function logStoreCall({ routine = false, ...call }: StoreCall): void {
  log('INFO', { message: storeCallMessage, ...call, ...(routine && { routine }) });
  if (call.requestId !== undefined) requestStats()?.addKmsCall(call.requestId);
}
