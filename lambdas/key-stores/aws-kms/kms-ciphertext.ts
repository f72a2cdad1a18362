/** What KMS refuses to decrypt: by size, which we know before we call it, and by its answer. */
import { isNamed } from '../../aws/errors.ts';

/** KMS API Reference, Decrypt: a ciphertext has 6,144 bytes at most. */
const maxCiphertextBytes = 6144;

/** The layout is KMS's own, but it has one byte at least, and AES-256-GCM's IV of 12 and tag of 16. */
const minCiphertextBytes = 1 + 12 + 16;

/** Whether KMS can have made a ciphertext of this size. If not, we do not ask it. */
export const isKmsCiphertextSize = ({ length }: Uint8Array): boolean =>
  length >= minCiphertextBytes && length <= maxCiphertextBytes;

/**
 * Whether KMS has refused the ciphertext itself, not the call. ValidationException: the ciphertext is empty, or longer
 * than any that KMS makes.
 */
export const refusesCiphertext = (error: unknown): boolean =>
  isNamed(error, 'InvalidCiphertextException', 'IncorrectKeyException', 'ValidationException');
