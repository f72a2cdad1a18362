/** Where messages and records have their data keys from: a tenant's own, wrapped by its key. */
import type { CallOptions } from './http/call.ts';

/** Names and texts that are authenticated with a ciphertext, and logged in the clear. */
export type EncryptionContext = Readonly<Record<string, string>>;

export interface DataKey {
  /** which kind of store has the tenant's key: `aws-kms`, or another's name in messages */
  readonly keyProviderId: string;
  /** the tenant's key: its ARN in KMS, or how another store and messages name it */
  readonly keyName: string;
  readonly wrapped: Uint8Array<ArrayBuffer>;
  /** 32 bytes, which whoever asked for it overwrites with zeros as soon as it is no longer needed */
  readonly plaintext: Uint8Array<ArrayBuffer>;
}

export interface DataKeySource {
  /** a new one */
  generate(context: EncryptionContext, call?: CallOptions): Promise<DataKey>;
  /** @returns the plaintext of a wrapped one; the same duty to overwrite it */
  open(
    wrapped: Uint8Array,
    context: EncryptionContext,
    call?: CallOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** @returns whether the tenant's key did not wrap this data key, or not under this context: what the API answers then */
export const isUnwrapRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'decryption-failed';
