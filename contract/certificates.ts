/** The certificate of an erasure, and the public keys that check it, as the API gives them. */

import * as z from 'zod/mini';
import { keyStoreName } from './key-stores.ts';
import { keyUse } from './key-use.ts';
import { tenantId } from './tenant-id.ts';

export const certificateType = 'tenant-keys/erasure-certificate/v2';

/** KMS's names of the algorithms, and of the keys that they are of: an algorithm has no key of another spec here. */
export const keySpecs = { ECDSA_SHA_256: 'ECC_NIST_P256', ML_DSA_SHAKE_256: 'ML_DSA_65' } as const;
const signingAlgorithm = z.enum(['ECDSA_SHA_256', 'ML_DSA_SHAKE_256']);
export type SigningAlgorithm = z.output<typeof signingAlgorithm>;

/** A key that signs certificates. */
const signingKey = { signingAlgorithm, keyArn: z.string() };

export const notCovered = z.strictObject({
  what: z.string(),
  /** absent where there is no end to it, or none that is known */
  until: z.optional(z.string()),
});
export type NotCovered = z.output<typeof notCovered>;

/** Where CloudTrail's own signed record of the erasure is. */
export const trailDigests = z.strictObject({
  trailArn: z.string(),
  /** what the URLs of the digest files begin with */
  digests: z.string(),
  from: z.string(),
  to: z.string(),
  /** the command of the AWS CLI that checks the record of that time */
  validate: z.string(),
});
export type TrailDigests = z.output<typeof trailDigests>;

/** A key that the tenant had before a change of its key store, and that came to its end before the tenant's erasure. */
export const formerKey = z.strictObject({
  keyStore: keyStoreName,
  keyArn: z.optional(z.string()),
  keyName: z.optional(z.string()),
  keyMaterialIds: z.array(z.string()),
  /** the principal of the token with which its end was asked for */
  endedBy: z.string(),
  endedAt: z.string(),
  windowInDays: z.int(),
  deletionDate: z.optional(z.string()),
  erasedAt: z.string(),
  /** of a key in the tenant's own account, which stays there: from `erasedAt` on the product has no use of it */
  keyDestroyed: z.optional(z.literal(false)),
  keyLastUsed: z.optional(keyUse),
  kmsRequestId: z.optional(z.string()),
});
export type FormerKeyStatement = z.output<typeof formerKey>;

export const certificate = z.strictObject({
  type: z.literal(certificateType),
  tenantId,
  /** the names as at the erasure */
  displayName: z.optional(z.string()),
  legalName: z.optional(z.string()),
  /** where the key was */
  keyStore: z.optional(keyStoreName),
  /** of a key in KMS */
  keyArn: z.optional(z.string()),
  /** of a key in another store, as the store and messages name it */
  keyName: z.optional(z.string()),
  /** of every key material that the key ever had; in Vault, the versions of the key */
  keyMaterialIds: z.array(z.string()),
  /** absent for a tenant whose key store was never changed */
  formerKeys: z.optional(z.array(formerKey)),
  createdAt: z.string(),
  /** the principal of the token with which the tenant was offboarded */
  offboardedBy: z.string(),
  offboardedAt: z.string(),
  windowInDays: z.int(),
  deletionDate: z.optional(z.string()),
  /** when the key store was first found to have no such key, or the product's use of the key ended for good */
  erasedAt: z.string(),
  /** of a key in the tenant's own account, which stays there */
  keyDestroyed: z.optional(z.literal(false)),
  keyLastUsed: z.optional(keyUse),
  /** of the call of ScheduleKeyDeletion; it is `requestID` in CloudTrail */
  kmsRequestId: z.optional(z.string()),
  issuedAt: z.string(),
  issuedFor: z.strictObject({ accountId: z.string(), region: z.string(), stackName: z.string() }),
  /** absent where the stack has no trail of its own */
  trail: z.optional(trailDigests),
  notCovered: z.array(notCovered),
  signingKeys: z.array(z.strictObject(signingKey)),
});
export type Certificate = z.output<typeof certificate>;

/** In DER for ECDSA; base64. */
export const signature = z.strictObject({ ...signingKey, signature: z.string() });
export type Signature = z.output<typeof signature>;

/** Each signature is over the statement, which has the hash of the certificate's canonical JSON (RFC 8785). */
export const signedCertificate = z.strictObject({ certificate, signatures: z.array(signature) });
export type SignedCertificate = z.output<typeof signedCertificate>;

export const publicKey = z.strictObject({
  ...signingKey,
  keySpec: z.enum([keySpecs.ECDSA_SHA_256, keySpecs.ML_DSA_SHAKE_256]),
  /** PEM of a SubjectPublicKeyInfo */
  publicKey: z.string(),
});
export const certificateKeys = z.strictObject({ keys: z.array(publicKey) });
