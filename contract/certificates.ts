/** The certificate of an erasure, and the public key that checks it, as the API gives them. */

import * as z from 'zod/mini';
import { keyUse } from './key-use.ts';
import { tenantId } from './tenant-id.ts';

export const signingAlgorithm = 'ECDSA_SHA_256';

export const certificate = z.strictObject({
  type: z.literal('tenant-keys/erasure-certificate/v1'),
  tenantId,
  keyArn: z.string(),
  /** of every key material that the key ever had */
  keyMaterialIds: z.array(z.string()),
  createdAt: z.string(),
  /** the principal of the token with which the tenant was offboarded */
  offboardedBy: z.string(),
  offboardedAt: z.string(),
  windowInDays: z.int(),
  deletionDate: z.optional(z.string()),
  /** when KMS was first found to have no such key */
  erasedAt: z.string(),
  keyLastUsed: z.optional(keyUse),
  /** of the call of ScheduleKeyDeletion; it is `requestID` in CloudTrail */
  kmsRequestId: z.optional(z.string()),
  signingAlgorithm: z.literal(signingAlgorithm),
  signingKeyArn: z.string(),
});
export type Certificate = z.output<typeof certificate>;

/** The signature is in DER, as base64, over the canonical JSON (RFC 8785) of the certificate. */
export const signedCertificate = z.strictObject({ certificate, signature: z.string() });
export type SignedCertificate = z.output<typeof signedCertificate>;

export const certificateKey = z.strictObject({
  keyArn: z.string(),
  signingAlgorithm: z.literal(signingAlgorithm),
  /** PEM of a SubjectPublicKeyInfo */
  publicKey: z.string(),
});
