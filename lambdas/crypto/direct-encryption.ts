/**
 * Bytes encrypted by the tenant's KMS key itself: no data key exists outside KMS, and KMS alone judges a
 * ciphertext. Invariant: key and whole context are named in each call, so that KMS opens nothing that another
 * key or another context has sealed, whatever the bytes say; and whatever is wrong with them, the caller learns
 * only that something is.
 */
import {
  DecryptCommand,
  EncryptCommand,
  type KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { badRequest, decryptionFailed, tooLarge } from '../../contract/problem.ts';
import { refusesCiphertext } from './kms-keyring.ts';

/** A tenant's key and a client with the tenant's session. */
export interface KmsKey {
  readonly kms: KMSClient;
  readonly keyArn: string;
}

/** KMS API Reference, Encrypt: a plaintext has 1 to 4,096 bytes. */
export const maxDirectPlaintextBytes = 4096;

/** KMS API Reference, Decrypt: a ciphertext has 6,144 bytes at most. */
const maxCiphertextBytes = 6144;

/** KMS's layout is opaque, but beside its one byte AES-256-GCM has an IV of 12 and a tag of 16. */
const minCiphertextBytes = 1 + 12 + 16;

/** @throws Problem 400 or 413 where KMS does not encrypt so few or so many bytes */
export function checkDirectSize(plaintext: Buffer): void {
  if (plaintext.length === 0) {
    throw badRequest('plaintext: must not be empty in direct mode, KMS encrypts 1 byte at least');
  }
  if (plaintext.length > maxDirectPlaintextBytes) {
    throw tooLarge(
      `In direct mode the plaintext must not be larger than ${maxDirectPlaintextBytes} bytes.`,
    );
  }
}

/** @param plaintext of a size that checkDirectSize has let through */
export async function encryptDirect(
  { kms, keyArn }: KmsKey,
  plaintext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: keyArn, Plaintext: plaintext, EncryptionContext: { ...context } }),
  );
  return given(CiphertextBlob);
}

/** @throws Problem 400 decryption-failed, or the error of KMS where it does not lie in the ciphertext */
export const decryptDirect = async (
  key: KmsKey,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> => (await decryptCall(key, ciphertext, context)).plaintext;

/**
 * @returns the plaintext, and KMS's id of the call
 * @throws as decryptDirect does
 */
export async function decryptCall(
  { kms, keyArn }: KmsKey,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<{ plaintext: Buffer; requestId: string | undefined }> {
  checkCiphertextSize(ciphertext);
  const decrypt = new DecryptCommand({
    KeyId: keyArn,
    CiphertextBlob: ciphertext,
    EncryptionContext: { ...context },
  });
  const { Plaintext, $metadata } = await kms.send(decrypt).catch(uniform);
  return { plaintext: given(Plaintext), requestId: $metadata.requestId };
}

/**
 * KMS opens and seals again in itself, from the tenant's key to the tenant's key.
 * @throws as decryptDirect does
 */
export async function reencryptDirect(
  { kms, keyArn }: KmsKey,
  ciphertext: Buffer,
  { from, to }: { readonly from: EncryptionContext; readonly to: EncryptionContext },
): Promise<Buffer> {
  checkCiphertextSize(ciphertext);
  const reencrypt = new ReEncryptCommand({
    SourceKeyId: keyArn,
    SourceEncryptionContext: { ...from },
    CiphertextBlob: ciphertext,
    DestinationKeyId: keyArn,
    DestinationEncryptionContext: { ...to },
  });
  const { CiphertextBlob } = await kms.send(reencrypt).catch(uniform);
  return given(CiphertextBlob);
}

/** Of what KMS cannot have made, it is not asked. */
function checkCiphertextSize({ length }: Buffer): void {
  if (length < minCiphertextBytes || length > maxCiphertextBytes) throw decryptionFailed();
}

function uniform(error: unknown): never {
  throw refusesCiphertext(error) ? decryptionFailed() : error;
}

function given(bytes: Uint8Array | undefined): Buffer {
  if (bytes === undefined) throw new Error('KMS gave no bytes');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
