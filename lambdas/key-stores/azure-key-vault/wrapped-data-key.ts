/**
 * A data key as it is wrapped by a key in Azure Key Vault. Invariant: RSA-OAEP has no associated data, so what is wrapped is the data
 * key and, behind it, the SHA-256 of the encryption context; nobody gets the data key who does not give that context. And one
 * spelling only: a version's bytes before the ciphertext. docs/key-stores/azure-key-vault.md has the format.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { EncryptionContext } from '../../../contract/encryption-context.ts';
import { encryptionContextBytes } from '../encryption-context-bytes.ts';

export const dataKeyBytes = 32;
const hashBytes = 32;
const versionBytes = 16;
/** of RSA keys of 2048, 3072 and 4096 bits */
const ciphertextBytes = [256, 384, 512];

/** As the vault names a version: 128 bits in hexadecimal. */
export const isVersion = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

const contextHash = (context: EncryptionContext): Buffer =>
  createHash('sha256').update(encryptionContextBytes(context)).digest();

/** @returns what is to be wrapped, in a buffer that nobody else has */
export function boundToContext(dataKey: Uint8Array, context: EncryptionContext): Uint8Array {
  const bound = new Uint8Array(dataKeyBytes + hashBytes);
  bound.set(dataKey);
  bound.set(contextHash(context), dataKeyBytes);
  return bound;
}

/**
 * @param bound zeroed here
 * @returns undefined where it is no data key, or another context's
 */
export function dataKeyOf(bound: Uint8Array, context: EncryptionContext): Uint8Array | undefined {
  const isOfContext =
    bound.length === dataKeyBytes + hashBytes &&
    timingSafeEqual(bound.subarray(dataKeyBytes), contextHash(context));
  const dataKey = isOfContext ? bound.slice(0, dataKeyBytes) : undefined;
  bound.fill(0);
  return dataKey;
}

export interface WrappedByVersion {
  readonly version: string;
  readonly ciphertext: Uint8Array;
}

/** @returns undefined where it is not as we write it */
export function wrappedByVersion(bytes: Uint8Array): WrappedByVersion | undefined {
  if (!ciphertextBytes.includes(bytes.length - versionBytes)) return undefined;
  const version = Buffer.from(bytes.subarray(0, versionBytes)).toString('hex');
  return { version, ciphertext: bytes.subarray(versionBytes) };
}

/** @returns undefined for a version or a ciphertext that is none of the vault's */
export function bytesOf({ version, ciphertext }: WrappedByVersion): Uint8Array | undefined {
  if (!isVersion(version)) return undefined;
  const bytes = new Uint8Array(Buffer.concat([Buffer.from(version, 'hex'), ciphertext]));
  return wrappedByVersion(bytes) === undefined ? undefined : bytes;
}
