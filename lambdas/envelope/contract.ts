/** What the data plane takes and gives over HTTP, once: handlers, OpenAPI and clients use these. */
import * as z from 'zod/mini';
import { base64Bytes } from '../http/base64.ts';
import { encryptionContext } from './context.ts';

/**
 * Bytes in one request. Lambda takes and gives 6 MB of JSON, in which 4 MiB are 5.6 MB of base64 and leave
 * room for the encryption context and the message's own bytes.
 */
export const maxPlaintextBytes = 4 * 1024 * 1024;

/** A body with the largest plaintext, or the message that holds it, and the largest context. */
export const maxBodyBytes = 4 * Math.ceil(maxPlaintextBytes / 3) + 256 * 1024;

export const encryptRequest = z.strictObject({
  plaintext: base64Bytes,
  encryptionContext: z.optional(encryptionContext),
  mode: z.optional(z.literal('envelope', 'must be envelope')),
});

export const encryptResponse = z.strictObject({ ciphertext: z.string() });

export const decryptRequest = z.strictObject({
  ciphertext: base64Bytes,
  encryptionContext: z.optional(encryptionContext),
});

export const decryptResponse = z.strictObject({ plaintext: z.string() });
