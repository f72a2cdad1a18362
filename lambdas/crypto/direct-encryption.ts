/**
 * Direct mode: bytes encrypted by the tenant's KMS key itself. No data key exists outside KMS, and KMS alone judges a
 * ciphertext. Invariant: each call names the key and the whole context, so that KMS decrypts nothing of another key or
 * another context, whatever the bytes say; and whatever is wrong with them, the caller learns only decryption-failed.
 */
import {
  DecryptCommand,
  EncryptCommand,
  type KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { maxPlaintextBytes } from '../../contract/crypto.ts';
import type { EncryptionContext } from '../../contract/encryption-context.ts';
import { badRequest, decryptionFailed, tooLarge } from '../../contract/problem.ts';
import { isKmsCiphertextSize, refusesCiphertext } from '../key-stores/aws-kms/kms-ciphertext.ts';

/** A tenant's key and a client with the tenant's session. */
export interface KmsKey {
  readonly kms: KMSClient;
  readonly keyArn: string;
}

/** KMS API Reference, Encrypt: a plaintext has 1 to 4,096 bytes. */
export const maxDirectPlaintextBytes = 4096;

/** @throws Problem 400 or 413 where KMS does not encrypt so few or so many bytes */
export function checkDirectSize(plaintext: Buffer): void {
  if (plaintext.length === 0) {
    throw badRequest('plaintext: must not be empty in direct mode, KMS encrypts 1 byte at least');
  }
  if (plaintext.length > maxDirectPlaintextBytes) {
    throw tooLarge(
      `In direct mode the plaintext is larger than ${maxDirectPlaintextBytes} bytes. Leave out the mode for up to ${maxPlaintextBytes}.`,
    );
  }
}

/** @param plaintext of a size that checkDirectSize permits */
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

/** @throws Problem 400 decryption-failed, or the error of KMS where the ciphertext is not the cause */
export async function decryptDirect(
  { kms, keyArn }: KmsKey,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Buffer> {
  if (!isKmsCiphertextSize(ciphertext)) throw decryptionFailed();
  const decrypt = new DecryptCommand({
    KeyId: keyArn,
    CiphertextBlob: ciphertext,
    EncryptionContext: { ...context },
  });
  const { Plaintext } = await kms.send(decrypt).catch(uniform);
  return given(Plaintext);
}

/** That a ciphertext has, and that it is to have, each with the tenant's id. */
export interface Contexts {
  readonly from: EncryptionContext;
  readonly to: EncryptionContext;
}

/** The ids are those of the key material that the ciphertext is under, and that its source was under. */
export interface Reencrypted {
  readonly ciphertext: Buffer;
  readonly keyMaterialId: string | undefined;
  readonly sourceKeyMaterialId: string | undefined;
}

/**
 * KMS decrypts and encrypts again within itself, from the tenant's key to the tenant's key.
 * @param destination another key of the tenant's, that the ciphertext is to be under
 * @throws as decryptDirect does
 */
export async function reencryptDirect(
  { kms, keyArn }: KmsKey,
  ciphertext: Buffer,
  { from, to }: Contexts,
  destination: Pick<KmsKey, 'keyArn'> = { keyArn },
): Promise<Reencrypted> {
  if (!isKmsCiphertextSize(ciphertext)) throw decryptionFailed();
  const reencrypt = new ReEncryptCommand({
    SourceKeyId: keyArn,
    SourceEncryptionContext: { ...from },
    CiphertextBlob: ciphertext,
    DestinationKeyId: destination.keyArn,
    DestinationEncryptionContext: { ...to },
  });
  const answer = await kms.send(reencrypt).catch(uniform);
  return {
    ciphertext: given(answer.CiphertextBlob),
    keyMaterialId: answer.DestinationKeyMaterialId,
    sourceKeyMaterialId: answer.SourceKeyMaterialId,
  };
}

function uniform(error: unknown): never {
  throw refusesCiphertext(error) ? decryptionFailed() : error;
}

function given(bytes: Uint8Array | undefined): Buffer {
  if (bytes === undefined) throw new Error('KMS gave no bytes');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
